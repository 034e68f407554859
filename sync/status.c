#include "sync/status.h"

#include <errno.h>
#include <stddef.h>

static const struct {
	const char *name, *text;
} statuses[STATUS_MAX] = {
	[-STATUS_OK] = {"OK", "success"},
	[-STATUS_NOMEM] = {"NOMEM", "out of memory"},
	[-STATUS_IO] = {"IO", "a read or write failed"},
	[-STATUS_FULL] = {"FULL", "no space left"},
	[-STATUS_READONLY] = {"READONLY", "the medium refuses writes"},
	[-STATUS_NOT_FOUND] = {"NOT_FOUND", "not found"},
	[-STATUS_EXISTS] = {"EXISTS", "exists already"},
	[-STATUS_USAGE] = {"USAGE", "wrong argument"},
	[-STATUS_MALFORMED] = {"MALFORMED", "the bytes do not follow the format"},
	[-STATUS_TRUNCATED] = {"TRUNCATED", "the bytes end too early"},
	[-STATUS_TOO_LARGE] = {"TOO_LARGE", "a size limit is passed"},
	[-STATUS_BAD_SIGNATURE] = {"BAD_SIGNATURE", "signature or digest does not hold"},
	[-STATUS_UNKNOWN_SENDER] = {"UNKNOWN_SENDER", "the signer is not in the roster"},
	[-STATUS_NOT_FOR_US] = {"NOT_FOR_US", "sealed to another node"},
	[-STATUS_FOREIGN] = {"FOREIGN", "of another county"},
	[-STATUS_STALE] = {"STALE", "older than what is here"},
	[-STATUS_NEWER] = {"NEWER", "made by a newer version of the program"},
	[-STATUS_LOCKED] = {"LOCKED", "another process owns the data directory"},
	[-STATUS_NOT_INITIALISED] = {"NOT_INITIALISED", "the data directory holds no node"},
	[-STATUS_CORRUPT] = {"CORRUPT", "store or key file is damaged"},
	[-STATUS_REFUSED] = {"REFUSED", "a rule refused"},
	[-STATUS_RIGHTS] = {"RIGHTS", "no right to do this"},
	[-STATUS_EARLY] = {"EARLY", "the predecessor is not here yet"},
	[-STATUS_UNCERTIFIED] = {"UNCERTIFIED", "the author has no certificate yet"},
	[-STATUS_UNKNOWN_SCHEMA] = {"UNKNOWN_SCHEMA", "tables or columns of a newer version"},
	[-STATUS_FORK] = {"FORK", "one sequence with two hashes"},
	[-STATUS_REVOKED] = {"REVOKED", "node or key was revoked"},
	[-STATUS_INVITE_UNKNOWN] = {"INVITE_UNKNOWN",
	    "the county knows no such invitation: withdrawn or never given"},
	[-STATUS_INVITE_USED] = {"INVITE_USED", "the invitation is bound to another key"},
	[-STATUS_PASSPHRASE] = {"PASSPHRASE", "wrong passphrase or PIN"},
	[-STATUS_BUSY] = {"BUSY", "busy, try later"},
	[-STATUS_FOREIGN_KEY] = {"FOREIGN_KEY", "the key file belongs to another node"},
	[-STATUS_FOREIGN_WRITER] = {"FOREIGN_WRITER", "a write that capture did not see"},
	[-STATUS_REMOVED] = {"REMOVED", "the folder went away during the work"},
	[-STATUS_HOSTILE] = {"HOSTILE", "the folder was tampered with"},
	[-STATUS_SEAL_GONE] = {"SEAL_GONE", "sealed to a key that was destroyed"},
};

static int
index_of(int status)
{
	return status <= 0 && status > -STATUS_MAX ? -status : -1;
}

const char *
status_text(int status)
{
	int i = index_of(status);

	return i < 0 ? "unknown status" : statuses[i].text;
}

const char *
status_name(int status)
{
	int i = index_of(status);

	return i < 0 ? "UNKNOWN" : statuses[i].name;
}

int
status_from_errno(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return STATUS_FULL;
	case EROFS:
	case EACCES:
	case EPERM:
		return STATUS_READONLY;
	case ENOENT:
		return STATUS_NOT_FOUND;
	case EEXIST:
		return STATUS_EXISTS;
	case ENOMEM:
		return STATUS_NOMEM;
	case ENODEV:
	case ESTALE:
		return STATUS_REMOVED;
	default:
		return STATUS_IO;
	}
}
