"""The reader of backups, written from docs/FORMAT.md "Backup"."""
import nacl.bindings
import nacl.exceptions

from wire import Reader, Refused, hashed, need

CHUNK, MORE = 65536, 17
LETTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def name_holds(name):
	parts = name.split("/")
	return len(name) <= 95 and len(parts) <= 2 and all(
		part and part[0] != "." and set(part) <= LETTERS for part in parts)


def read_head(r):
	need(r.bytes(4) == b"KHA1", "not the magic")
	head = {"county": r.varint(), "node": r.bytes(8), "role": r.u8(1, 2, 3),
		"scope": str(r.varint())}
	time = r.varint()
	head["time_s"] = str(time >> 1 ^ -(time & 1))
	keys = [(r.bytes(32), r.bytes(80)) for _ in range(r.varint(0, 3))]
	head["keys"] = len(keys)
	locks = {"passes": r.varint(0, 16)}
	if locks["passes"]:
		locks.update(memory=r.varint(8, 262144), salt=r.bytes(16), box=r.bytes(48))
	head["passphrase"] = bool(locks["passes"])
	need(keys or locks["passes"], "nothing opens it")
	return head, keys, locks, r.bytes(24)


def open_key(keys, secrets):
	for secret in secrets:
		public = nacl.bindings.crypto_scalarmult_base(secret)
		for key, box in keys:
			if key == public:
				try:
					return nacl.bindings.crypto_box_seal_open(box, public, secret)
				except nacl.exceptions.CryptoError as error:
					raise Refused("box does not open") from error
	raise Refused("sealed to other keys")


def open_passphrase(locks, passphrase):
	key = nacl.bindings.crypto_pwhash_alg(32, passphrase.encode(), locks["salt"],
		locks["passes"], locks["memory"] * 1024, nacl.bindings.crypto_pwhash_ALG_ARGON2ID13)
	try:
		return nacl.bindings.crypto_secretbox_open(locks["box"], bytes(24), key)
	except nacl.exceptions.CryptoError as error:
		raise Refused("passphrase does not open it") from error


def read_body(sealed, key, start, head):
	state = nacl.bindings.crypto_secretstream_xchacha20poly1305_state()
	nacl.bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, start, key)
	plain, at, last = b"", 0, False
	while not last:
		chunk = sealed[at:at + CHUNK + MORE]
		need(len(chunk) > MORE, "ends too early")
		try:
			data, tag = nacl.bindings.crypto_secretstream_xchacha20poly1305_pull(state,
				chunk, None if at else hashed("kehou 1 backup", head))
		except (nacl.exceptions.RuntimeError, nacl.exceptions.ValueError) as error:
			raise Refused("chunk does not hold") from error
		last = tag == nacl.bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
		need(last or (tag == nacl.bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
			and len(data) == CHUNK), "a short chunk that is not the last")
		plain, at = plain + data, at + len(chunk)
	need(at == len(sealed), "bytes left over")
	return plain


def read_files(plain):
	r, files = Reader(plain), []
	while r.u8(0, 1) == 1:
		name = r.bytes(r.varint(0, 95)).decode()
		need(name_holds(name), "no such name")
		size = r.varint(0, 1 << 42)
		need(r.bytes(size) == bytes(7 * i & 255 for i in range(size)), "other bytes")
		files.append({"name": name, "bytes": size})
	need(r.at == len(plain), "bytes left over")
	return files


def read_backup(data, known):
	r = Reader(data)
	head, keys, locks, start = read_head(r)
	if known is None:
		return head
	key = open_key(keys, [bytes.fromhex(x) for x in known["secrets"]])
	head["files"] = read_files(read_body(data[r.at:], key, start, data[:r.at]))
	if head["passphrase"]:
		need(open_passphrase(locks, known["passphrase_text"]) == key, "another key")
	return head
