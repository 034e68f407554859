/* The one error enum of the engine.  0 is success, errors are negative.
 *
 * Every function that can fail returns one of these as int; outputs come
 * last, are named ret_* and stay untouched on failure.  The library neither
 * prints nor exits: programs turn a status into words (po/). */
#ifndef SYNC_STATUS_H
#define SYNC_STATUS_H

#define MUST_CHECK __attribute__((warn_unused_result))

enum status {
	STATUS_OK = 0,
	STATUS_NOMEM = -1,          /* allocation failed */
	STATUS_IO = -2,             /* a read, write or fsync failed */
	STATUS_FULL = -3,           /* no space left on disk or stick */
	STATUS_READONLY = -4,       /* the medium refuses writes */
	STATUS_NOT_FOUND = -5,      /* no such file, row, name or segment */
	STATUS_EXISTS = -6,         /* it is there already; nothing was changed */
	STATUS_USAGE = -7,          /* the caller's argument makes no sense */
	STATUS_MALFORMED = -8,      /* bytes do not follow docs/FORMAT.md */
	STATUS_TRUNCATED = -9,      /* bytes end too early */
	STATUS_TOO_LARGE = -10,     /* a declared or absolute limit is passed */
	STATUS_BAD_SIGNATURE = -11, /* signature, MAC or digest does not hold */
	STATUS_UNKNOWN_SENDER = -12,/* signer is not in the roster */
	STATUS_NOT_FOR_US = -13,    /* sealed to another node */
	STATUS_FOREIGN = -14,       /* of another county */
	STATUS_STALE = -15,         /* older than what is already held */
	STATUS_NEWER = -16,         /* made by a newer version of the program */
	STATUS_LOCKED = -17,        /* another process owns the data directory */
	STATUS_NOT_INITIALISED = -18,/* the data directory holds no node */
	STATUS_CORRUPT = -19,       /* the store or a key file is damaged */
	STATUS_REFUSED = -20,       /* a rule of the domain refused (R3.no_notice) */
	STATUS_RIGHTS = -21,        /* the roster gives no right to do this */
	STATUS_EARLY = -22,         /* predecessor not here yet; held */
	STATUS_UNCERTIFIED = -23,   /* author has no certificate yet, or the roster
	                             * that it names is not here; held */
	STATUS_UNKNOWN_SCHEMA = -24,/* tables or columns of a newer version; held */
	STATUS_FORK = -25,          /* same sequence, other hash: proof of a clone */
	STATUS_REVOKED = -26,       /* node or key was revoked */
	STATUS_INVITE_USED = -27,   /* the invitation is bound to another key */
	STATUS_PASSPHRASE = -28,    /* wrong passphrase or PIN */
	STATUS_BUSY = -29,          /* try later */
	STATUS_FOREIGN_WRITER = -30,/* a write that capture did not see; vetoed */
	STATUS_REMOVED = -31,       /* the folder went away during the work */
	STATUS_SEAL_GONE = -32,     /* sealed to a key that was destroyed */
	STATUS_INVITE_UNKNOWN = -33,/* the county never gave it, or took it back */
	STATUS_FOREIGN_KEY = -34,   /* the key file is of another node than the store */
	STATUS_HOSTILE = -35,       /* the folder holds what nobody of us puts there */
	STATUS_MAX = 36             /* one more than the largest magnitude */
};

/* A short English text for a log or a test; never NULL.  Static. */
const char *status_text(int status);

/* The identifier, e.g. "BAD_SIGNATURE", used as error code in JSON.  Static;
 * "UNKNOWN" for a number outside the enum. */
const char *status_name(int status);

/* Translates errno into a status (ENOSPC, EDQUOT: FULL; EROFS, EACCES, EPERM:
 * READONLY; ENOENT: NOT_FOUND; EEXIST: EXISTS; ENOMEM: NOMEM; ENODEV, ESTALE:
 * REMOVED; the rest: IO). */
int status_from_errno(int error);

#endif
