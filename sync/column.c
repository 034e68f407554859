#include "sync/column.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sync/column_list.h"
#include "sync/column_predict.h"

enum { /* tokens of a difference */
	DELTA_FAR = 254,   /* difference in the overflow frame */
	DELTA_VALUE = 255, /* value in the overflow frame */
	DICT_MAX = 255
};

void
column_world_release(struct column_world *w)
{
	unsigned i;

	for (i = 0; i < w->nspaces; i++) {
		free(w->spaces[i].values);
		free(w->spaces[i].used);
		free(w->spaces[i].lists);
		free(w->spaces[i].events);
	}
	w->nspaces = 0;
}

/* One way of writing a column: description and frames. */
struct attempt {
	struct buffer spec;
	struct buffer frames[3];
	unsigned nframes;
	bool possible;
};

static void
attempt_release(struct attempt *a)
{
	unsigned i;

	buffer_release(&a->spec);
	for (i = 0; i < 3; i++)
		buffer_release(&a->frames[i]);
}

static int64_t
wrap_sub(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t
wrap_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static void
spec_start(struct attempt *a, enum column_mode mode, const struct column_hint *hint,
    unsigned nframes)
{
	a->nframes = nframes;
	a->possible = true;
	buffer_put_u8(&a->spec, (uint8_t)(mode | hint->kind << 3 | nframes << 6));
	if (hint->kind == HINT_LAST_BY) {
		buffer_put_varint(&a->spec, hint->table);
		buffer_put_varint(&a->spec, hint->by);
		buffer_put_varint(&a->spec, hint->value);
		buffer_put_varint(&a->spec, hint->own_by);
	} else if (hint->kind == HINT_LIST) {
		buffer_put_varint(&a->spec, hint->space);
	}
}

static const struct column_hint no_hint;

static void
try_const(const struct column_cells *c, struct attempt *a)
{
	uint32_t i;

	for (i = 1; i < c->n; i++)
		if (!value_equal(c->v[i], c->v[0]))
			return;
	spec_start(a, COLUMN_CONST, &no_hint, 0);
	value_put(&a->spec, c->v[0]);
}

static void
try_predicted(const struct column_hint *hint, const struct column_cells *c,
    const struct value *guess, struct attempt *a)
{
	uint32_t i;

	for (i = 0; i < c->n; i++)
		if (!value_equal(c->v[i], guess[i]))
			return;
	spec_start(a, COLUMN_PREDICTED, hint, 0);
}

static void
try_raw(const struct column_cells *c, struct attempt *a)
{
	uint32_t i;

	spec_start(a, COLUMN_RAW, &no_hint, 1);
	for (i = 0; i < c->n; i++)
		value_put(&a->frames[0], c->v[i]);
}

static void
try_dict(const struct column_hint *hint, const struct column_cells *c,
    const struct value *guess, struct attempt *a)
{
	struct value dict[DICT_MAX];
	unsigned n = 0, base = hint->kind != HINT_NONE, k;
	uint32_t i;

	for (i = 0; i < c->n; i++) {
		unsigned token = 0;

		if (!base || !value_equal(c->v[i], guess[i])) {
			for (k = 0; k < n && !value_equal(dict[k], c->v[i]); k++)
				;
			if (k == n) {
				if (n + base >= DICT_MAX)
					return;
				dict[n++] = c->v[i];
			}
			token = k + base;
		}
		buffer_put_u8(&a->frames[0], (uint8_t)token);
	}
	spec_start(a, COLUMN_DICT, hint, 1);
	buffer_put_varint(&a->spec, n);
	for (k = 0; k < n; k++)
		value_put(&a->spec, dict[k]);
}

/* What cell i is compared with; *before is the last integer of the column. */
static int64_t
delta_base(const struct column_hint *hint, struct value guess, int64_t before)
{
	return hint->kind != HINT_NONE && guess.type == VALUE_INT ? guess.i : before;
}

static uint64_t
gcd(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t t = a % b;

		a = b;
		b = t;
	}
	return a;
}

static uint64_t
magnitude(int64_t d)
{
	return d < 0 ? (uint64_t)-(d + 1) + 1 : (uint64_t)d;
}

/* Common divisor of all differences but the first, which may start from 0. */
static uint64_t
delta_scale(const struct column_hint *hint, const struct column_cells *c,
    const struct value *guess)
{
	int64_t before = 0;
	uint64_t scale = 0;
	uint32_t i;

	for (i = 0; i < c->n; i++) {
		int64_t base = delta_base(hint, guess[i], before);

		if (c->v[i].type != VALUE_INT)
			continue;
		if (i > 0 || base != 0)
			scale = gcd(scale, magnitude(wrap_sub(c->v[i].i, base)));
		before = c->v[i].i;
	}
	return scale && scale <= INT64_MAX ? scale : 1;
}

static void
try_delta(const struct column_hint *hint, const struct column_cells *c,
    const struct value *guess, struct attempt *a)
{
	uint64_t scale = delta_scale(hint, c, guess);
	int64_t before = 0;
	uint32_t i;

	for (i = 0; i < c->n; i++) {
		int64_t base = delta_base(hint, guess[i], before), d;
		uint64_t z;

		if (c->v[i].type != VALUE_INT) {
			buffer_put_u8(&a->frames[0], DELTA_VALUE);
			value_put(&a->frames[1], c->v[i]);
			continue;
		}
		d = wrap_sub(c->v[i].i, base);
		z = zigzag_encode(d / (int64_t)scale);
		if (d % (int64_t)scale != 0) {
			buffer_put_u8(&a->frames[0], DELTA_VALUE);
			value_put(&a->frames[1], c->v[i]);
		} else if (z < DELTA_FAR) {
			buffer_put_u8(&a->frames[0], (uint8_t)z);
		} else {
			buffer_put_u8(&a->frames[0], DELTA_FAR);
			buffer_put_varint(&a->frames[1], z);
		}
		before = c->v[i].i;
	}
	spec_start(a, COLUMN_DELTA, hint, a->frames[1].len ? 2 : 1);
	buffer_put_varint(&a->spec, scale);
}

/* log2 in 1/16 bits, good enough to choose by. */
static uint64_t
log2_16(uint64_t v)
{
	unsigned bits = 0, fraction;

	while (v >> (bits + 1))
		bits++;
	fraction = bits >= 4 ? (unsigned)(v >> (bits - 4)) & 15
	                     : (unsigned)(v << (4 - bits)) & 15;
	return bits * 16 + fraction;
}

static uint64_t
frame_cost(const struct buffer *f)
{
	uint32_t count[256] = {0};
	uint64_t cost = 16 * 8;
	size_t i;

	for (i = 0; i < f->len; i++)
		count[f->data[i]]++;
	for (i = 0; i < 256; i++)
		if (count[i])
			cost += count[i] * (log2_16(f->len) - log2_16(count[i]))
			    + 5 * 16;
	return cost;
}

static uint64_t
attempt_cost(const struct attempt *a)
{
	uint64_t cost = a->spec.len * 7 * 16;
	unsigned i;

	for (i = 0; i < a->nframes; i++)
		cost += frame_cost(&a->frames[i]);
	return cost;
}

static int
attempt_status(const struct attempt *a)
{
	unsigned i;
	int status = buffer_status(&a->spec);

	for (i = 0; i < 3 && status == STATUS_OK; i++)
		status = buffer_status(&a->frames[i]);
	return status;
}

static int
try_list(struct column_world *w, const struct column_hint *hint,
    const struct column_cells *c, struct attempt *a)
{
	unsigned nframes;
	int status = column_list_encode(w, hint->space, c, a->frames);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	nframes = 3;
	spec_start(a, COLUMN_LIST, hint, nframes);
	return STATUS_OK;
}

enum { ATTEMPTS = 8 };

static int
attempts_make(struct column_world *w, const struct column_hint *hint,
    const struct column_cells *c, const struct value *guess, struct attempt *a)
{
	bool predicted = hint->kind != HINT_NONE && hint->kind != HINT_LIST;

	try_const(c, &a[0]);
	if (predicted)
		try_predicted(hint, c, guess, &a[1]);
	if (a[0].possible || a[1].possible)
		return STATUS_OK;
	try_raw(c, &a[2]);
	try_dict(&no_hint, c, guess, &a[3]);
	if (c->type == VALUE_INT)
		try_delta(&no_hint, c, guess, &a[5]);
	if (predicted) {
		try_dict(hint, c, guess, &a[4]);
		if (c->type == VALUE_INT)
			try_delta(hint, c, guess, &a[6]);
	}
	if (hint->kind == HINT_LIST && c->type == VALUE_INT && c->row)
		return try_list(w, hint, c, &a[7]);
	return STATUS_OK;
}

static int
guess_all(struct column_world *w, const struct column_hint *hint,
    const struct column_cells *c, struct value *guess)
{
	struct column_predictor p;
	uint32_t i;
	int status = column_predictor_init(&p, w, hint, c);

	if (status != STATUS_OK)
		return status;
	for (i = 0; i < c->n; i++)
		guess[i] = column_predict(&p, i);
	column_predictor_release(&p);
	return STATUS_OK;
}

int
column_encode(struct column_world *w, const struct column_hint *hint,
    const struct column_cells *cells, struct buffer *spec, struct buffer *frames)
{
	struct attempt a[ATTEMPTS];
	struct value *guess = calloc(cells->n, sizeof *guess);
	uint64_t best_cost = UINT64_MAX, cost;
	struct column_hint use = *hint;
	unsigned i, best = ATTEMPTS;
	int status;

	if (!guess)
		return STATUS_NOMEM;
	memset(a, 0, sizeof a);
	status = guess_all(w, &use, cells, guess);
	if (status == STATUS_NOT_FOUND) {
		use = no_hint;
		status = STATUS_OK;
	}
	if (status == STATUS_OK)
		status = attempts_make(w, &use, cells, guess, a);
	for (i = 0; i < ATTEMPTS && status == STATUS_OK; i++) {
		status = attempt_status(&a[i]);
		cost = attempt_cost(&a[i]);
		if (a[i].possible && cost < best_cost) {
			best_cost = cost;
			best = i;
		}
	}
	if (status == STATUS_OK) {
		assert(best < ATTEMPTS);
		buffer_put(spec, a[best].spec.data, a[best].spec.len);
		for (i = 0; i < a[best].nframes; i++)
			buffer_put_bytes(frames, a[best].frames[i].data,
			    a[best].frames[i].len);
		if (best == 7)
			status = column_list_learn(w, use.space, cells);
	}
	for (i = 0; i < ATTEMPTS; i++)
		attempt_release(&a[i]);
	free(guess);
	return status;
}

static uint16_t
read_id(struct reader *r)
{
	uint64_t id = reader_varint(r);

	if (id > REGISTRY_MAX_TABLE_ID)
		reader_fail(r);
	return (uint16_t)id;
}

void
column_spec_read(struct reader *r, struct column_spec *ret)
{
	uint8_t head = reader_u8(r);
	size_t i;

	*ret = (struct column_spec){.mode = head & 7, .nframes = head >> 6,
	    .hint = {.kind = head >> 3 & 7}};
	if (ret->hint.kind == HINT_LAST_BY) {
		ret->hint.table = read_id(r);
		ret->hint.by = read_id(r);
		ret->hint.value = read_id(r);
		ret->hint.own_by = read_id(r);
	} else if (ret->hint.kind == HINT_LIST) {
		uint64_t space = reader_varint(r);

		if (space >= COLUMN_SPACES)
			reader_fail(r);
		ret->hint.space = (unsigned)space;
	}
	if (ret->mode == COLUMN_CONST)
		ret->constant = value_read(r);
	if (ret->mode == COLUMN_DICT) {
		ret->ndict = reader_count(r, DICT_MAX);
		ret->dict = r->p;
		for (i = 0; i < ret->ndict; i++)
			(void)value_read(r);
		ret->dict_len = (size_t)(r->failed ? 0 : r->p - ret->dict);
	}
	if (ret->mode == COLUMN_DELTA) {
		ret->scale = reader_varint(r);
		if (ret->scale == 0 || ret->scale > INT64_MAX)
			reader_fail(r);
	}
	if (ret->mode >= COLUMN_MODES)
		reader_fail(r);
}

static const struct {
	uint8_t least, most;
} frames_of[COLUMN_MODES] = {
	[COLUMN_CONST] = {0, 0}, [COLUMN_PREDICTED] = {0, 0}, [COLUMN_RAW] = {1, 1},
	[COLUMN_DICT] = {1, 1}, [COLUMN_DELTA] = {1, 2}, [COLUMN_LIST] = {3, 3},
};

/* A value that this column may hold. */
static bool
value_fits(const struct column_cells *c, struct value v)
{
	return v.type == VALUE_NULL ? !c->never_null : v.type == c->type;
}

static int
decode_raw(struct reader *f, struct column_cells *c)
{
	uint32_t i;

	for (i = 0; i < c->n; i++)
		c->v[i] = value_read(&f[0]);
	return STATUS_OK;
}

static int
decode_predicted(struct column_predictor *p, struct column_cells *c)
{
	uint32_t i;

	for (i = 0; i < c->n; i++)
		c->v[i] = column_predict(p, i);
	return STATUS_OK;
}

static int
decode_dict(const struct column_spec *spec, struct column_predictor *p,
    struct reader *f, struct column_cells *c)
{
	struct value dict[DICT_MAX];
	unsigned base = spec->hint.kind != HINT_NONE;
	struct reader r;
	uint32_t i;

	reader_init(&r, spec->dict, spec->dict_len);
	for (i = 0; i < spec->ndict; i++)
		dict[i] = value_read(&r);
	for (i = 0; i < c->n; i++) {
		unsigned token = reader_u8(&f[0]);

		if (token < base)
			c->v[i] = column_predict(p, i);
		else if (token - base < spec->ndict)
			c->v[i] = dict[token - base];
		else
			return STATUS_MALFORMED;
		/* The predictor looks at every row. */
		if (token >= base && base)
			(void)column_predict(p, i);
	}
	return STATUS_OK;
}

static int
decode_delta(const struct column_spec *spec, struct column_predictor *p,
    struct reader *f, struct column_cells *c)
{
	int64_t before = 0;
	uint32_t i;

	for (i = 0; i < c->n; i++) {
		struct value guess = column_predict(p, i);
		int64_t base = delta_base(&spec->hint, guess, before);
		uint64_t z = reader_u8(&f[0]);

		if (z == DELTA_VALUE) {
			c->v[i] = value_read(&f[1]);
		} else {
			if (z == DELTA_FAR)
				z = reader_varint(&f[1]);
			c->v[i] = value_int(wrap_add(base, (int64_t)(
			    (uint64_t)zigzag_decode(z) * spec->scale)));
		}
		if (c->v[i].type == VALUE_INT)
			before = c->v[i].i;
	}
	return STATUS_OK;
}

static int
decode_mode(struct column_world *w, const struct column_spec *spec,
    struct column_predictor *p, struct reader *f, struct column_cells *c)
{
	uint32_t i;

	switch (spec->mode) {
	case COLUMN_CONST:
		for (i = 0; i < c->n; i++)
			c->v[i] = spec->constant;
		return STATUS_OK;
	case COLUMN_PREDICTED:
		return decode_predicted(p, c);
	case COLUMN_RAW:
		return decode_raw(f, c);
	case COLUMN_DICT:
		return decode_dict(spec, p, f, c);
	case COLUMN_DELTA:
		return c->type == VALUE_INT ? decode_delta(spec, p, f, c)
		                            : STATUS_MALFORMED;
	case COLUMN_LIST:
		if (c->type != VALUE_INT || !c->row || spec->hint.kind != HINT_LIST)
			return STATUS_MALFORMED;
		return column_list_decode(w, spec->hint.space, f, c);
	default:
		return STATUS_MALFORMED;
	}
}

int
column_decode(struct column_world *w, const struct column_spec *spec,
    struct reader *frames, struct column_cells *cells)
{
	struct column_predictor p;
	struct reader f[3] = {{0}};
	unsigned i;
	uint32_t k;
	int status;

	if (spec->mode >= COLUMN_MODES || spec->nframes < frames_of[spec->mode].least
	    || spec->nframes > frames_of[spec->mode].most)
		return STATUS_MALFORMED;
	for (i = 0; i < spec->nframes; i++) {
		size_t len;
		const uint8_t *data = reader_bytes(frames, SIZE_MAX, &len);

		reader_init(&f[i], data, len);
	}
	for (; i < 3; i++)
		reader_init(&f[i], NULL, 0);
	if (frames->failed)
		return STATUS_TRUNCATED;
	status = column_predictor_init(&p, w, &spec->hint, cells);
	if (status != STATUS_OK)
		return status;
	status = decode_mode(w, spec, &p, f, cells);
	column_predictor_release(&p);
	for (i = 0; i < spec->nframes && status == STATUS_OK; i++)
		status = reader_end(&f[i]);
	for (k = 0; k < cells->n && status == STATUS_OK; k++)
		if (!value_fits(cells, cells->v[k]))
			status = STATUS_MALFORMED;
	return status;
}
