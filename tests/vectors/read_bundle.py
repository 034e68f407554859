"""Bundles. Written from docs/FORMAT.md alone, as read.py is."""
import nacl.bindings
import nacl.exceptions

from wire import (MiB, Reader, Refused, hashed, need, node_id, public_of, read_vector,
	sealing_public_of, verify)

CHUNK, TAG = 65536, 16


def read_header(r):
	r.magic(b"B")
	h = {"county": r.varint(), "sender": r.bytes(8), "recipient": r.bytes(8),
		"number": r.varint(), "replaces": r.varint(),
		"received": r.varint(), "roster": r.varint()}
	need(h["replaces"] <= h["number"], "more than came before")
	length = r.varint(TAG + 1, 64 * MiB)
	need(not 0 < length % (CHUNK + TAG) <= TAG, "length of no plaintext")
	h["request"] = r.sized(512)
	ephemeral = r.bytes(32)
	need(len(r.data) == r.at + length + 64, "file's length")
	return h, ephemeral, length


def bundle_key(ephemeral, secret, sender):
	try:
		shared = nacl.bindings.crypto_scalarmult(secret, ephemeral)
	except nacl.exceptions.RuntimeError:
		raise Refused("shared secret of zero") from None
	data = shared + ephemeral + sealing_public_of(secret) + sender
	return hashed("kehou 1 bundle key", data)


def open_chunks(body, key, head_hash):
	plain = b""
	for i, at in enumerate(range(0, len(body), CHUNK + TAG)):
		last = at + CHUNK + TAG >= len(body)
		nonce = i.to_bytes(4, "little") + bytes(7) + bytes([last])
		try:
			plain += nacl.bindings.crypto_aead_chacha20poly1305_ietf_decrypt(
				body[at:at + CHUNK + TAG], b"" if i else head_hash, nonce, key)
		except nacl.exceptions.CryptoError:
			raise Refused("chunk %d does not open" % i) from None
	return plain


def read_manifest(r, h):
	length = r.varint(0, MiB)
	m = Reader(r.bytes(length))
	pair = hashed("kehou 1 bundle pair", h["sender"] + h["recipient"])[:8]
	need(m.bytes(8) == pair, "pair")
	manifest = {"since": m.varint(), "ended": m.varint(), "heard": m.bytes(4), "items": m.varint(0, 65536),
		"item_bytes": m.varint(), "vector": read_vector(m)}
	m.end()
	return manifest


def read_item(r):
	kind = r.u8(1, 2, 3, 4)
	length = int.from_bytes(r.bytes(3), "little")
	need(1 <= length <= 8 * MiB, "item's length")
	return {"kind": kind, "bytes": length, "hash": hashed("kehou 1 file", r.bytes(length))}


def check_padding(r):
	used = r.at
	step = 1 << max(0, used.bit_length() - 1 - 5)
	need(len(r.data) == -(-used // step) * step, "length of the padding")
	need(not any(r.bytes(len(r.data) - used)), "padding not of zeroes")


def numbers_as_text(fields):
	return {key: str(x) if isinstance(x, int) and key != "lane" else x
		for key, x in fields.items()}


def read_bundle(data, known):
	"""Without the recipient's keys the header alone, as a relay; then nothing is verified."""
	need(len(data) <= 64 * MiB, "too large")
	r = Reader(data)
	h, ephemeral, length = read_header(r)
	head = r.before()
	body = r.bytes(length)
	if known is None:
		return {"header": numbers_as_text(h)}
	secret = {key: bytes.fromhex(x) for key, x in known.items() if key.endswith(("_seed", "_sk"))}
	for who in "sender", "recipient":
		signing = public_of(secret[who + "_sign_seed"])
		sealing = sealing_public_of(secret[who + "_seal_sk"])
		need(node_id(signing, sealing) == h[who], "another " + who)
	sender = public_of(secret["sender_sign_seed"])
	verify(sender, r.bytes(64), "kehou 1 bundle", head + body)
	need(sealing_public_of(secret["ephemeral_sk"]) == ephemeral, "ephemeral key")
	key = bundle_key(ephemeral, secret["recipient_seal_sk"], h["sender"])
	p = Reader(open_chunks(body, key, hashed("kehou 1 bundle", head)))
	manifest = read_manifest(p, h)
	items = [read_item(p) for _ in range(manifest["items"])]
	need(sum(x["bytes"] for x in items) == manifest["item_bytes"], "sum of the items")
	check_padding(p)
	manifest["vector"] = [numbers_as_text({**e["stream"], "through": e["through"]})
		for e in manifest["vector"]]
	return {"header": numbers_as_text(h), "manifest": numbers_as_text(manifest), "items": items}
