#include "tests/domain_world.h"
#include "tests/zip_bomb.h"

#include "schema/roster_cell.h"
#include "schema/roster_export.h"
#include "schema/roster_plan.h"

#define YEAR 2020

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	world_open(w, WORLD_SCHOOL);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	world_close(w);
	free(w);
	return 0;
}

/* What was said last of each kind. */
struct said {
	unsigned lines[5], count[5];
	char column[64], code[64], name[64];
};

static void
listen(void *ctx, const struct roster_import_said *row)
{
	struct said *s = ctx;

	assert_non_null(row->text);
	s->lines[row->what] = row->line;
	s->count[row->what]++;
	if (row->what >= ROSTER_DOUBTFUL || row->reason[0] != '\0') {
		snprintf(s->column, sizeof(s->column), "%s", row->column);
		snprintf(s->code, sizeof(s->code), "%s", row->reason);
		snprintf(s->name, sizeof(s->name), "%s", row->name);
	}
}

static int
run(struct world *w, const void *data, size_t len, bool dry_run, struct said *said,
    struct roster_import_result *ret)
{
	struct roster_plan_input in = {
		.data = data, .len = len, .school_year = YEAR, .dry_run = dry_run,
		.report = said ? listen : NULL, .ctx = said,
	};

	return roster_plan_run(&w->rt, &w->user, &in, ret, &w->error);
}

static struct roster_import_result
import_text(struct world *w, const char *text, struct said *said)
{
	struct roster_import_result r;

	assert_int_equal(run(w, text, strlen(text), false, said, &r), STATUS_OK);
	return r;
}

static char *
load(const char *name, size_t *ret_len)
{
	char path[1024];
	const char *src = getenv("SRCDIR");
	char *data = malloc(1 << 20);
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/data/rosters/%s", src ? src : ".", name);
	f = fopen(path, "rb");
	assert_non_null(f);
	assert_non_null(data);
	*ret_len = fread(data, 1, 1 << 20, f);
	assert_true(*ret_len > 0);
	fclose(f);
	return data;
}

/* pupils: as tests/data/rosters/index.csv counts them. */
static void
import_sample(struct world *w, const char *name, unsigned pupils, unsigned unchanged,
    unsigned doubtful)
{
	struct roster_import_result r;
	size_t len;
	char *data = load(name, &len);

	assert_int_equal(run(w, data, len, true, NULL, &r), STATUS_OK);
	assert_int_equal(r.fresh, pupils);
	assert_int_equal(world_count(w, "pupils", NULL), 0);
	assert_int_equal(run(w, data, len, false, NULL, &r), STATUS_OK);
	assert_int_equal(r.fresh, pupils);
	assert_int_equal(r.unchanged, unchanged);
	assert_int_equal(r.changed + r.rejected, 0);
	assert_int_equal(r.doubtful, doubtful);
	assert_int_equal(world_count(w, "pupils", NULL), pupils);
	assert_int_equal(world_count(w, "guardians", NULL), pupils);
	assert_int_equal(world_count(w, "consents", NULL), 0);
	assert_int_equal(run(w, data, len, false, NULL, &r), STATUS_OK);
	assert_int_equal(r.unchanged, pupils + unchanged);
	assert_int_equal(r.fresh + r.changed + r.rejected, 0);
	assert_int_equal(r.doubtful, doubtful);
	free(data);
}

static void
the_plain_utf8_roster_is_read(void **state)
{
	import_sample(*state, "01-plain-utf8.csv", 23, 0, 0);
	assert_int_equal(world_count(*state, "requests", NULL), 0);
	assert_int_equal(world_count(*state, "groups", NULL), 3);
}

static void
the_gbk_roster_with_a_title_is_read(void **state)
{
	import_sample(*state, "02-excel-gbk.csv", 104, 0, 0);
	assert_int_equal(world_count(*state, "groups", NULL), 6);
}

static void
the_xls_roster_is_read(void **state)
{
	import_sample(*state, "04-xls.xls", 121, 0, 0);
}

static void
the_xlsx_roster_of_six_sheets_takes_the_grade_from_its_titles(void **state)
{
	/* Two numbers stand with two children each: the second keeps none. */
	import_sample(*state, "05-xlsx.xlsx", 1192, 0, 2);
	assert_int_equal(world_count(*state, "groups", NULL), 12);
}

static char *
load_seed(const char *name, size_t *ret_len)
{
	char path[128];

	snprintf(path, sizeof(path), "../../fuzz/seeds/%s", name);
	return load(path, ret_len);
}

static void
a_header_of_two_rows_merged_cells_and_a_sheet_named_for_its_class_are_read(void **state)
{
	struct world *w = *state;
	struct roster_import_result r;
	size_t len;
	char *data = load_seed("xlsx/merged", &len);
	json_t *rows, *row;

	assert_int_equal(run(w, data, len, false, NULL, &r), STATUS_OK);
	assert_int_equal(r.fresh, 1);
	assert_int_equal(r.doubtful + r.rejected, 0);
	rows = world_show(w, "pupils", NULL);
	row = json_array_get(rows, 0);
	assert_string_equal(json_string_value(json_object_get(row, "name")), "甲");
	assert_int_equal(json_integer_value(json_object_get(row, "grade")), 1);
	assert_int_equal(json_integer_value(json_object_get(row, "class")), 2);
	json_decref(rows);
	assert_int_equal(world_count(w, "guardians", NULL), 1);
	free(data);
}

static void
text_in_utf16_is_read_with_a_header_of_two_rows(void **state)
{
	struct world *w = *state;
	struct roster_import_result r;
	size_t len;
	char *data = load_seed("csv/utf16", &len);

	assert_int_equal(run(w, data, len, false, NULL, &r), STATUS_OK);
	assert_int_equal(r.fresh, 1);
	assert_int_equal(r.doubtful + r.rejected, 0);
	assert_int_equal(world_count(w, "guardians", NULL), 1);
	free(data);
}

static void
entities_broken_files_and_locked_ones_get_their_own_line(void **state)
{
	struct world *w = *state;
	struct roster_import_result r;
	size_t len;
	char *data = load_seed("xlsx/entities", &len);

	assert_int_equal(run(w, data, len, false, NULL, &r), STATUS_MALFORMED);
	assert_string_equal(w->error.code, "R19.broken_file");
	free(data);
	data = load("04-xls.xls", &len);
	assert_int_equal(run(w, data, 600, false, NULL, &r), STATUS_MALFORMED);
	assert_string_equal(w->error.code, "R19.broken_file");
	memcpy(data + 1000, "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e", 31);
	assert_int_equal(run(w, data, len, false, NULL, &r), STATUS_MALFORMED);
	assert_string_equal(w->error.code, "R19.password");
	free(data);
	assert_int_equal(run(w, "<html>", 6, false, NULL, &r), STATUS_MALFORMED);
	assert_string_equal(w->error.code, "R19.other_format");
	assert_int_equal(world_count(w, "pupils", NULL), 0);
}

static void
R19_two_children_of_one_name_stay_two(void **state)
{
	struct world *w = *state;
	struct roster_import_result r;
	const char *text = "姓名,年级,家长,电话\n甲,1,乙,13900000001\n甲,1,丙,13900000002\n"
	    "甲,1,丙,13900000002\n";

	r = import_text(w, text, NULL);
	assert_int_equal(r.fresh, 2);
	assert_int_equal(r.doubtful, 1);
	r = import_text(w, text, NULL);
	assert_int_equal(r.fresh + r.changed, 0);
	assert_int_equal(r.unchanged, 2);
	assert_int_equal(world_count(w, "pupils", NULL), 2);
}

static void
R19_a_check_digit_that_does_not_fit_keeps_the_number_out(void **state)
{
	struct world *w = *state;
	struct said said = {.code = ""};
	struct roster_import_result r = import_text(w,
	    "姓名,年级,学籍号\n甲,1,G410199201408129568\n", &said);

	assert_int_equal(r.fresh, 1);
	assert_string_equal(said.code, "R19.check_digit");
	assert_string_equal(said.name, "甲");
}

static void
R3_the_dirty_roster_gives_requests_and_no_consent(void **state)
{
	json_t *rows, *row;
	size_t i, blank = 0, missing = 0;

	/* One child stands twice in it, one number has a wrong check digit. */
	import_sample(*state, "03-wps-bom-dirty.csv", 206, 1, 1);
	assert_true(world_count(*state, "requests", NULL) > 100);
	rows = world_show(*state, "pupils", NULL);
	json_array_foreach(rows, i, row) {
		const char *name = json_string_value(json_object_get(row, "name"));

		blank += strstr(name, "\xe3\x80\x80") != NULL;
		assert_true(json_integer_value(json_object_get(row, "grade")) >= 1);
		assert_true(json_integer_value(json_object_get(row, "grade")) <= 6);
		missing += !json_is_string(json_object_get(row, "student_no"));
	}
	assert_int_equal(blank, 0);
	assert_int_equal(missing, 1);
	json_decref(rows);
}

static void
R6_priority_groups_are_taken_from_marks_and_remarks(void **state)
{
	struct world *w = *state;
	json_t *rows;

	import_text(w, "姓名,年级,班,留守儿童,残疾儿童,备注\n甲,1,1,是,否,随迁\n", NULL);
	rows = world_show(w, "pupils", NULL);
	{
		int64_t id = world_number(json_object_get(json_array_get(rows, 0), "pupil"));
		json_t *one = world_show(w, "pupil", json_pack("{s:I}", "pupil", id));

		assert_string_equal(json_string_value(json_object_get(json_array_get(one, 0),
		    "priorities")), "[2,3]");
		json_decref(one);
	}
	json_decref(rows);
}

static void
a_changed_phone_is_a_change_and_a_missing_child_stays(void **state)
{
	struct world *w = *state;
	struct roster_import_result r;

	r = import_text(w, "姓名;年级;学籍号;家长;电话\n"
	    "甲;一年级（1）班;G410199201408129567;乙;13900000001\n"
	    "丙;二年级2班;g410199201302275443;丁;13900000002\n", NULL);
	assert_int_equal(r.fresh, 2);
	r = import_text(w, "姓名;年级;学籍号;家长;电话\n"
	    "甲;一年级（1）班;G410199201408129567;乙;13900000009\n", NULL);
	assert_int_equal(r.changed, 1);
	assert_int_equal(world_count(w, "pupils", NULL), 2);
	assert_int_equal(world_count(w, "guardians", NULL), 2);
	r = import_text(w, "姓名;年级;学籍号\n甲;一年级（1）班;G410199201408129567\n", NULL);
	assert_int_equal(r.unchanged, 1);
}

static void
a_row_that_cannot_be_read_is_rejected_with_line_and_column(void **state)
{
	struct world *w = *state;
	struct said said = {.code = ""};
	struct roster_import_result r = import_text(w,
	    "姓名,年级,班\n甲,一,1\n乙,十年级,1\n,3,1\n", &said);

	assert_int_equal(r.fresh, 1);
	assert_int_equal(r.rejected, 2);
	assert_int_equal(said.lines[ROSTER_REJECTED], 4);
	assert_string_equal(said.column, "姓名");
	assert_string_equal(said.code, "R19.no_name");
}

static void
R19_the_same_number_under_another_name_is_doubtful(void **state)
{
	struct world *w = *state;
	struct said said = {.code = ""};
	struct roster_import_result r;

	import_text(w, "姓名,年级,学籍号\n甲,1,G410199201408129567\n", NULL);
	r = import_text(w, "姓名,年级,学籍号\n乙,1,G410199201408129567\n", &said);
	assert_int_equal(r.doubtful, 1);
	assert_int_equal(r.fresh + r.changed, 0);
	assert_string_equal(said.code, "R19.other_name");
	assert_int_equal(world_count(w, "pupils", NULL), 1);
}

static void
R19_a_damaged_number_keeps_no_child_out(void **state)
{
	struct world *w = *state;
	struct said said = {.code = ""};
	struct roster_import_result r = import_text(w,
	    "姓名,年级,学籍号\n甲,1,4.10199E+17\n", &said);

	assert_int_equal(r.fresh, 1);
	assert_int_equal(r.doubtful, 1);
	assert_string_equal(said.code, "R19.ruined_number");
	r = import_text(w, "姓名,年级,学籍号\n甲,1,G410199201408129567\n", NULL);
	assert_int_equal(r.changed, 1);
	assert_int_equal(world_count(w, "pupils", NULL), 1);
}

static void
a_file_without_header_or_encoding_is_refused_whole(void **state)
{
	struct world *w = *state;
	struct roster_import_result r;
	static const uint8_t nul[] = {'a', 0, 'b'}, odd[] = {0xff, 0xff, 0xff};

	assert_int_equal(run(w, "a,b\n1,2\n", 8, false, NULL, &r), STATUS_MALFORMED);
	assert_string_equal(w->error.code, "R19.no_header");
	assert_int_equal(run(w, "", 0, false, NULL, &r), STATUS_MALFORMED);
	assert_int_equal(run(w, nul, sizeof(nul), false, NULL, &r), STATUS_MALFORMED);
	assert_int_equal(run(w, odd, sizeof(odd), false, NULL, &r), STATUS_MALFORMED);
	assert_string_equal(w->error.code, "R19.encoding");
}

static void
quoted_cells_may_hold_separators_quotes_and_line_ends(void **state)
{
	struct world *w = *state;
	json_t *rows;

	import_text(w, "\"姓名\",\"年级\",住址\r\n\"甲\",\"1\",\"a, \"\"b\"\"\nc\"\r\n乙,2,d", NULL);
	rows = world_show(w, "pupils", NULL);
	assert_int_equal(json_array_size(rows), 2);
	json_decref(rows);
}

static void
grades_and_classes_are_read_as_people_write_them(void **state)
{
	static const struct { const char *text; int grade, class; } good[] = {
		{"1", 1, 1}, {"六", 6, 1}, {"三年级", 3, 1}, {"一年级(1)班", 1, 1},
		{"四年级(12)班", 4, 12}, {"二年级3班", 2, 3}, {"五年级十一班", 5, 11},
		{"初二(4)班", 8, 4}, {"2019级2班", 2, 2}, {"3.2", 3, 2}, {"七年级2班", 7, 2},
	};
	static const char *const bad[] = {"", "0", "10", "十二年级", "班", "一年级x", "2011级"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int grade = 0, class = 1;

		assert_true(roster_cell_grade(good[i].text, YEAR, &grade, &class)
		    || (print_error("%s\n", good[i].text), false));
		assert_int_equal(grade, good[i].grade);
		assert_int_equal(class, good[i].class);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int grade = 0, class = 1;

		assert_false(roster_cell_grade(bad[i], YEAR, &grade, &class));
	}
}

static void
birth_dates_are_read_as_people_write_them(void **state)
{
	static const char *const good[][2] = {
		{"2014-08-12", "2014-08-12"}, {"2014.10", "2014-10"}, {"20140812", "2014-08-12"},
		{"2014/8/2", "2014-08-02"}, {"2014年8月12日", "2014-08-12"},
	};
	char out[ROSTER_CELL_BIRTH_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(roster_cell_birth(good[i][0], out));
		assert_string_equal(out, good[i][1]);
	}
	assert_false(roster_cell_birth("2014-13-01", out));
	assert_false(roster_cell_birth("2014-04-00", out));
	assert_false(roster_cell_birth("14.8", out));
}

static void
cells_lose_wide_forms_and_spaces(void **state)
{
	char wide[] = "\xe3\x80\x80１９９０３７１５２９９ ", name[] = "诸葛\xe3\x80\x80 伟瑶",
	    paren[] = "（１）班";

	(void)state;
	roster_cell_clean(wide);
	assert_string_equal(wide, "19903715299");
	roster_cell_squeeze(name);
	assert_string_equal(name, "诸葛伟瑶");
	roster_cell_clean(paren);
	assert_string_equal(paren, "(1)班");
}

/* The school's list as its office would get it. */
static struct roster_import_result
export_and_import(struct world *w, struct said *said, size_t *ret_children)
{
	struct roster_import_result r;
	struct buffer file = BUFFER_INIT;

	assert_int_equal(roster_export_run(&w->rt, &w->user, YEAR, &file, ret_children,
	    &w->error), STATUS_OK);
	assert_int_equal(run(w, file.data, file.len, false, said, &r), STATUS_OK);
	buffer_release(&file);
	return r;
}

static void
a_header_that_staff_taught_is_known_from_then_on(void **state)
{
	struct world *w = *state;
	struct roster_import_result r;
	const char *text = "娃娃 名,年级\n甲,1\n";

	assert_int_equal(run(w, text, strlen(text), false, NULL, &r), STATUS_MALFORMED);
	world_refused(w, "roster.word", "R19.field", json_pack("{s:s, s:s}", "header", "娃娃名",
	    "field", "nickname"));
	world_do(w, "roster.word", json_pack("{s:s, s:s}", "header", "娃娃名", "field", "name"));
	assert_int_equal(world_count(w, "roster_words", NULL), 1);
	r = import_text(w, text, NULL);
	assert_int_equal(r.fresh, 1);
	world_do(w, "roster.word", json_pack("{s:s}", "header", "娃娃名"));
	assert_int_equal(run(w, text, strlen(text), false, NULL, &r), STATUS_MALFORMED);
}

static void
an_export_imports_again_without_a_change(void **state)
{
	struct world *w = *state;
	static const char *const files[] = {"03-wps-bom-dirty.csv", "04-xls.xls",
	    "05-xlsx.xlsx"};
	struct roster_import_result r;
	size_t len, children;
	unsigned want = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *data = load(files[i], &len);
		struct said said = {.code = ""};

		assert_int_equal(run(w, data, len, false, NULL, &r), STATUS_OK);
		free(data);
		want += r.fresh;
		assert_true(r.fresh > 0);
		r = export_and_import(w, &said, &children);
		assert_string_equal(said.code, "");
		assert_int_equal(children, want);
		assert_int_equal(r.unchanged, want);
		assert_int_equal(r.fresh + r.changed + r.doubtful + r.rejected, 0);
		assert_int_equal(r.seq, 0);
	}
}

static void
an_export_tells_apart_what_only_the_number_of_the_system_does(void **state)
{
	struct world *w = *state;
	struct roster_import_result r;
	struct said said = {.code = ""};
	size_t children;
	json_t *rows;

	for (int i = 0; i < 2; i++)
		world_do(w, "pupil.add", json_pack("{s:s, s:i, s:i}", "name", "甲 一",
		    "school_year", YEAR, "grade", 1));
	rows = world_show(w, "pupils", NULL);
	for (size_t i = 0; i < 2; i++)
		world_do(w, "guardian.add", json_pack("{s:O, s:s, s:i}", "pupil",
		    json_object_get(json_array_get(rows, i), "pupil"), "name", "乙（祖父）",
		    "relation", 3));
	json_decref(rows);
	r = export_and_import(w, &said, &children);
	assert_int_equal(children, 2);
	assert_string_equal(said.code, "");
	assert_int_equal(r.unchanged, 2);
	assert_int_equal(r.fresh + r.changed + r.doubtful + r.rejected, 0);
	assert_int_equal(world_count(w, "guardians", NULL), 2);
}

static void
an_edited_export_changes_the_child_whose_number_stands_there(void **state)
{
	struct world *w = *state;
	struct roster_import_result r;
	char text[256];
	json_t *rows;

	import_text(w, "姓名,年级,监护人\n甲,1,乙\n甲,1,丙\n", NULL);
	rows = world_show(w, "pupils", NULL);
	snprintf(text, sizeof(text), "姓名,年级,班级,系统编号\n甲,1,3,%lld\n",
	    (long long)world_number(json_object_get(json_array_get(rows, 1), "pupil")));
	r = import_text(w, text, NULL);
	assert_int_equal(r.changed, 1);
	assert_int_equal(r.fresh + r.doubtful + r.rejected, 0);
	json_decref(rows);
}

static void
a_template_has_a_header_and_no_children(void **state)
{
	struct world *w = *state;
	struct roster_import_result r;
	struct buffer file = BUFFER_INIT;

	assert_int_equal(roster_export_template(&file), STATUS_OK);
	assert_int_equal(run(w, file.data, file.len, false, NULL, &r), STATUS_OK);
	assert_int_equal(r.fresh + r.changed + r.unchanged + r.doubtful + r.rejected, 0);
	buffer_release(&file);
}

static char *
everything(struct world *w)
{
	static const char *const views[] = {"pupils", "guardians", "requests", "groups"};
	json_t *all = json_array();
	char *text;

	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		json_array_append_new(all, world_show(w, views[i], NULL));
	/* An undone row stands as it was, but was written to. */
	for (size_t i = 0; i < json_array_size(json_array_get(all, 1)); i++)
		json_object_del(json_array_get(json_array_get(all, 1), i), "version");
	text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	return text;
}

static void
an_undone_import_leaves_everything_as_it_was(void **state)
{
	struct world *w = *state;
	struct roster_import_result r;
	char *before, *after;

	import_text(w, "姓名,性别,年级,班级,监护人,电话,参加课后服务\n甲,女,1,1,乙,13900000001,√\n"
	    "丙,男,1,1,丁,13900000002,\n", NULL);
	before = everything(w);
	r = import_text(w, "姓名,性别,出生日期,年级,班级,监护人,电话,留守儿童,参加课后服务,住址\n"
	    "甲,女,2014-08,1,1,乙,13900000009,是,×,某村\n丙,男,2014-07,1,1,戊,13900000003,是,√,\n"
	    "己,男,2014-07,1,1,庚,13900000004,是,√,\n", NULL);
	assert_int_equal(r.changed, 2);
	assert_int_equal(r.fresh, 1);
	assert_int_equal(world_count(w, "roster_undo", NULL), 3);
	world_do(w, "roster.undo", NULL);
	after = everything(w);
	assert_string_equal(after, before);
	free(before);
	free(after);
	world_refused(w, "roster.undo", "R19.nothing_to_undo", NULL);
	assert_int_equal(world_count(w, "pupils", NULL), 2);
}

static void
an_import_of_which_a_child_was_edited_is_not_undone(void **state)
{
	struct world *w = *state;
	json_t *rows;
	char *before, *after;

	import_text(w, "姓名,年级\n甲,1\n乙,1\n", NULL);
	rows = world_show(w, "pupils", NULL);
	world_do(w, "guardian.add", json_pack("{s:O, s:s}", "pupil",
	    json_object_get(json_array_get(rows, 1), "pupil"), "name", "丙"));
	json_decref(rows);
	before = everything(w);
	world_refused(w, "roster.undo", "R19.edited_since", NULL);
	assert_string_equal(w->error.args[0], "乙");
	assert_string_equal(w->error.args[1], "1");
	after = everything(w);
	assert_string_equal(after, before);
	free(before);
	free(after);
}

static void
a_child_of_an_import_that_was_used_since_is_not_undone(void **state)
{
	struct world *w = *state;
	json_t *rows;

	import_text(w, "姓名,年级\n甲,1\n乙,1\n", NULL);
	rows = world_show(w, "pupils", NULL);
	world_do(w, "collector.add", json_pack("{s:O, s:s}", "pupil",
	    json_object_get(json_array_get(rows, 0), "pupil"), "name", "丙"));
	world_refused(w, "roster.undo", "R19.edited_since", NULL);
	assert_string_equal(w->error.args[0], "甲");
	assert_int_equal(world_count(w, "pupils", NULL), 2);
	world_do(w, "pupil.erase", json_pack("{s:O}", "pupil",
	    json_object_get(json_array_get(rows, 0), "pupil")));
	assert_int_equal(world_count(w, "roster_undo", NULL), 1);
	json_decref(rows);
}

/* Every table in which a child may be named is asked before a child is taken back. */
static void
every_table_of_a_child_is_asked_before_an_undo(void **state)
{
	static const char *const own[] = {"pupil", "guardian", "enrolment", "priority", "request"};
	const char *sql = NULL;

	(void)state;
	for (size_t i = 0; domain_migrations[i]; i++)
		if (strstr(domain_migrations[i], "CREATE VIEW pupil_used"))
			sql = strstr(domain_migrations[i], "CREATE VIEW pupil_used");
	assert_non_null(sql);
	for (size_t t = 0; t < schema_registry.ntables; t++) {
		const struct registry_table *table = &schema_registry.tables[t];
		bool names_child = false, is_own = false;
		char from[80];

		for (size_t c = 0; c < table->ncolumns; c++)
			names_child |= strcmp(table->columns[c].name, "pupil") == 0;
		for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			is_own |= strcmp(table->name, own[i]) == 0;
		snprintf(from, sizeof(from), "school, pupil FROM %s", table->name);
		if (names_child && !is_own && !strstr(sql, from))
			fail_msg("pupil_used leaves out %s", table->name);
	}
}

static void
a_zip_bomb_is_refused_whether_it_says_its_size_or_not(void **state)
{
	static const uint32_t declared[] = {0xf0000000u, 1000};
	static const char *const codes[] = {"R19.too_large", "R19.broken_file"};
	struct world *w = *state;

	for (int i = 0; i < 2; i++) {
		struct roster_import_result r;
		struct buffer bomb = BUFFER_INIT;

		zip_bomb_make(declared[i], &bomb);
		assert_true(bomb.len < ROSTER_BOOK_MAX_FILE_BYTES);
		assert_true(run(w, bomb.data, bomb.len, false, NULL, &r) < 0);
		assert_string_equal(w->error.code, codes[i]);
		assert_true(w->error.data_safe);
		buffer_release(&bomb);
	}
	assert_int_equal(world_count(w, "pupils", NULL), 0);
}

static void
a_header_over_two_rows_may_have_the_name_in_the_second(void **state)
{
	struct world *w = *state;
	struct roster_import_result r = import_text(w, "学生,学生,班级,监护人,监护人\n"
	    "姓名,性别,,姓名,电话\n甲一,男,一(2)班,甲父,13800001111\n合计,1人,,,\n", NULL);
	json_t *rows;

	assert_int_equal(r.fresh, 1);
	assert_int_equal(r.doubtful + r.rejected, 0);
	rows = world_show(w, "guardians", NULL);
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "name")),
	    "甲父");
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "phone")),
	    "13800001111");
	json_decref(rows);
}

/* All three are taken; only the two that could be one are named. */
static void
two_of_one_name_and_birth_stay_two_and_are_shown(void **state)
{
	struct world *w = *state;
	struct said said = {.code = ""};
	struct roster_import_result r = import_text(w, "姓名,班级,出生日期,监护人\n"
	    "甲,1年级1班,2014-01-05,乙\n甲,1年级2班,2014-02-05,丙\n甲,1年级2班,2014-01-05,丁\n",
	    &said);

	assert_int_equal(r.fresh, 3);
	assert_int_equal(r.doubtful, 1);
	assert_int_equal(said.lines[ROSTER_DOUBTFUL], 4);
	assert_string_equal(said.code, "R19.like_another");
	assert_int_equal(world_count(w, "pupils", NULL), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_header_over_two_rows_may_have_the_name_in_the_second, setup, teardown),
		cmocka_unit_test_setup_teardown(two_of_one_name_and_birth_stay_two_and_are_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(the_plain_utf8_roster_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(the_gbk_roster_with_a_title_is_read, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_header_of_two_rows_merged_cells_and_a_sheet_named_for_its_class_are_read,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    text_in_utf16_is_read_with_a_header_of_two_rows,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    entities_broken_files_and_locked_ones_get_their_own_line,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R19_two_children_of_one_name_stay_two,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R19_a_check_digit_that_does_not_fit_keeps_the_number_out,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(the_xls_roster_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    the_xlsx_roster_of_six_sheets_takes_the_grade_from_its_titles, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    R3_the_dirty_roster_gives_requests_and_no_consent, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R6_priority_groups_are_taken_from_marks_and_remarks, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_changed_phone_is_a_change_and_a_missing_child_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_row_that_cannot_be_read_is_rejected_with_line_and_column, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R19_the_same_number_under_another_name_is_doubtful, setup, teardown),
		cmocka_unit_test_setup_teardown(R19_a_damaged_number_keeps_no_child_out, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_file_without_header_or_encoding_is_refused_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    quoted_cells_may_hold_separators_quotes_and_line_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_header_that_staff_taught_is_known_from_then_on, setup, teardown),
		cmocka_unit_test_setup_teardown(an_export_imports_again_without_a_change, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    an_export_tells_apart_what_only_the_number_of_the_system_does, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    an_edited_export_changes_the_child_whose_number_stands_there, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_template_has_a_header_and_no_children, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_zip_bomb_is_refused_whether_it_says_its_size_or_not, setup, teardown),
		cmocka_unit_test_setup_teardown(an_undone_import_leaves_everything_as_it_was,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    an_import_of_which_a_child_was_edited_is_not_undone, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_child_of_an_import_that_was_used_since_is_not_undone, setup, teardown),
		cmocka_unit_test(every_table_of_a_child_is_asked_before_an_undo),
		cmocka_unit_test(grades_and_classes_are_read_as_people_write_them),
		cmocka_unit_test(birth_dates_are_read_as_people_write_them),
		cmocka_unit_test(cells_lose_wide_forms_and_spaces),
	};

	return cmocka_run_group_tests_name("roster_import", tests, NULL, NULL);
}
