#include "schema/roster_export.h"

#include "gen/domain_entries.h"
#include "schema/sheet.h"

static const struct sheet_column columns[] = {
	{"name", "姓名", 0, true}, {"sex", "性别", 0, true}, {"grade", "年级", 0, true},
	{"class", "班级", 0, true}, {"student_no", "学籍号", 22, true},
	{"birth", "出生日期", 12, true}, {"address", "家庭住址", 24, true},
	{"guardian", "监护人", 0, true}, {"relation", "与学生关系", 12, true},
	{"phone", "联系电话", 14, true}, {"left_behind", "留守儿童", 10, true},
	{"migrant", "随迁子女", 10, true}, {"disabled", "残疾儿童", 10, true},
	{"request", "参加课后服务", 14, true}, {"noon", "中午", 0, true},
	{"afternoon", "下午", 0, true}, {"pupil", "系统编号", 22, true},
};
#define NCOLUMNS (sizeof(columns) / sizeof(columns[0]))

static int
write_list(const char *note, size_t ncolumns, json_t *rows, struct buffer *out)
{
	const struct sheet sheet = {.name = "学生名单", .note = note, .columns = columns,
	    .ncolumns = ncolumns, .rows = rows};

	return sheet_write(&sheet, out);
}

int
roster_export_template(struct buffer *out)
{
	json_t *none = json_array();
	int status;

	if (!none)
		return STATUS_NOMEM;
	/* 系统编号 comes last and is the system's to give. */
	status = write_list("从第三行起一行填一名学生。姓名、年级必填，其余可以空着；"
	    "空着的格子不会改动已有内容。学籍号请保持文本格式。打√只算报名，不算同意书。",
	    NCOLUMNS - 1, none, out);
	json_decref(none);
	return status;
}

int
roster_export_run(const struct runtime *rt, const struct domain_user *user, int school_year,
    struct buffer *out, size_t *ret_children, struct domain_error *ret_error)
{
	static const struct domain_param params[] = {{"school_year", 'i', false}};
	const struct domain_entry list = {
		.name = "roster_list", .sql = domain_sql_roster_list,
		.roles = DOMAIN_TEACHER | DOMAIN_HEAD, .sensitive = "student_no address phone", .params = params, .nparams = 1,
	};
	json_t *rows, *args = json_pack("{s:i}", "school_year", school_year);
	int status;

	if (!args)
		return runtime_fail(rt, STATUS_NOMEM, ret_error);
	status = runtime_show(rt, user, &list, args, &rows, ret_error);
	json_decref(args);
	if (status != STATUS_OK)
		return status;
	status = write_list("改好后可以再导入；空着的格子不会改动已有内容，删掉一行不会删除学生。"
	    "请不要改动最后一列“系统编号”。内有家庭信息，请妥善保管。",
	    NCOLUMNS, rows, out);
	if (status == STATUS_OK && ret_children)
		*ret_children = json_array_size(rows);
	json_decref(rows);
	return status == STATUS_OK ? status : runtime_fail(rt, status, ret_error);
}

int
roster_export(struct replica *r, const struct domain_user *user, int school_year,
    struct buffer *out, size_t *ret_children, struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);

	return roster_export_run(&rt, user, school_year, out, ret_children, ret_error);
}
