#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "content.h"

enum { FUTURE_ALLOWED_MS = 2000 };

struct file_check {
	struct check check;
	struct slice target, contains;
	bool absent;
	int64_t max_age_ms;
	uint64_t min_size;

	struct needle needle;

	struct watch watch;
};

static const struct field fields[] = {
	{ "file", FIELD_TARGET, offsetof(struct file_check, target) },
	{ "absent", FIELD_BOOL, offsetof(struct file_check, absent) },
	{ "max_age", FIELD_DURATION, offsetof(struct file_check, max_age_ms) },
	{ "min_size", FIELD_WHOLE, offsetof(struct file_check, min_size) },
	{ "contains", FIELD_TEXT, offsetof(struct file_check, contains) },
	{ "json", FIELD_LATER, 0 },
	{ "", 0, 0 },
};

static bool
validate(struct check *check, const struct field *field, struct error *error)
{
	struct file_check *file = (struct file_check *)check;

	if (field->offset == offsetof(struct file_check, target)) {
		if (file->target.length == 0)
			return error_set(error, "a path must not be empty");
		if (slice_find(file->target, '\0') < file->target.length)
			return error_set(error, "a path must not hold a NUL byte");
	}
	if (field->offset == offsetof(struct file_check, contains) && file->contains.length == 0)
		return error_set(error, "must not be empty");
	return true;
}

static const char *
conflict(const struct check *check)
{
	const struct file_check *file = (const struct file_check *)check;

	if (file->absent && (file->max_age_ms || file->min_size || file->contains.length))
		return "\"absent\" cannot stand beside \"max_age\", \"min_size\" or \"contains\"";
	return NULL;
}

static bool
prepare(struct check *check, struct arena *arena, struct error *error)
{
	struct file_check *file = (struct file_check *)check;

	return needle_make(&file->needle, file->contains, arena) ||
	       error_set(error, "out of memory for \"contains\"");
}

static void
fail_errno(struct file_check *file, int number)
{
	struct text text = check_text(&file->check, TEXT_SHOWN);

	verdict_errno(&text, number);
	check_decide(&file->check, (struct verdict){
		.outcome = OUTCOME_FILE_ERROR,
		.texts = { check_keep(&file->check, &text) },
	});
}

static struct slice
seconds(struct file_check *file, int64_t ms, bool exact)
{
	struct text text = check_text(&file->check, TEXT_SHOWN);

	duration_print(&text, exact ? ms : ms - ms % 1000);
	return check_keep(&file->check, &text);
}

static bool
judge_age(struct file_check *file, const struct stat *status)
{
	int64_t modified_ms = (int64_t)status->st_mtim.tv_sec * 1000 + status->st_mtim.tv_nsec / 1000000;
	int64_t age_ms = file->check.run->wall_ms - modified_ms;
	/* whole seconds are enough unless they would hide the difference */
	bool exact = age_ms / 1000 * 1000 <= file->max_age_ms;

	if (age_ms < -FUTURE_ALLOWED_MS)
		check_decide(&file->check, (struct verdict){
			.outcome = OUTCOME_FILE_FUTURE,
			.texts = { seconds(file, -age_ms, false) },
		});
	else if (age_ms > file->max_age_ms)
		check_decide(&file->check, (struct verdict){
			.outcome = OUTCOME_FILE_OLD,
			.texts = { seconds(file, age_ms, exact), seconds(file, file->max_age_ms, true) },
		});
	return !file->check.verdict.outcome;
}

static const char *
type_words(mode_t mode)
{
	if (S_ISDIR(mode))
		return "is a directory";
	if (S_ISFIFO(mode))
		return "is a FIFO";
	if (S_ISSOCK(mode))
		return "is a socket";
	return "is a device";
}

static bool
judge_type(struct file_check *file, mode_t mode)
{
	if (S_ISREG(mode))
		return true;
	check_decide(&file->check, (struct verdict){
		.outcome = OUTCOME_FILE_KIND,
		.texts = { slice_of(type_words(mode)) },
	});
	return false;
}

static void
decide_content(struct file_check *file, enum outcome outcome)
{
	check_decide(&file->check, (struct verdict){
		.outcome = outcome,
		.texts = { SLICE("the file"), file->contains },
	});
}

static void
judge_content(struct file_check *file, int fd)
{
	enum content_state state = CONTENT_MORE;
	struct content content = { 0 };
	struct run *run = file->check.run;
	ssize_t got;

	while (state == CONTENT_MORE) {
		got = read(fd, run->buffer, RUN_BUFFER);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			fail_errno(file, errno);
			return;
		}
		if (got == 0)
			break;
		state = content_feed(&content, &file->needle, (struct slice){ run->buffer, (size_t)got });
	}
	if (state == CONTENT_FOUND)
		decide_content(file, OUTCOME_CONTAINS);
	else
		decide_content(file, state == CONTENT_MORE ? OUTCOME_CONTAINS_NOT
							   : OUTCOME_CONTENT_TOO_LONG);
}

/* Opened only once it is known to be a regular file, and looked at again, for it may have
 * been replaced: the opening of a device can do things and that of a FIFO can block. */
static void
read_content(struct file_check *file)
{
	struct stat status;
	int fd = open(file->target.bytes, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
		file->check.starved = true;
		return;
	}
	if (fd < 0) {
		fail_errno(file, errno);
		return;
	}
	check_watch(&file->check, &file->watch, fd);
	if (fstat(fd, &status) != 0)
		fail_errno(file, errno);
	else if (judge_type(file, status.st_mode))
		judge_content(file, fd);
}

static void
start(struct check *check)
{
	struct file_check *file = (struct file_check *)check;
	struct stat status;
	bool there = stat(file->target.bytes, &status) == 0;

	if (!there && file->absent && (errno == ENOENT || errno == ENOTDIR))
		check_decide(check, (struct verdict){ .outcome = OUTCOME_ABSENT });
	else if (!there)
		fail_errno(file, errno);
	else if (file->absent)
		check_decide(check, (struct verdict){ .outcome = OUTCOME_FILE_EXISTS });
	else if (file->max_age_ms && !judge_age(file, &status))
		return;
	else if (status.st_size < 0 || (uint64_t)status.st_size < file->min_size)
		check_decide(check, (struct verdict){
			.outcome = OUTCOME_FILE_SMALL,
			.numbers = { (uint64_t)status.st_size, file->min_size },
		});
	else if (file->contains.length == 0)
		check_decide(check, (struct verdict){ .outcome = OUTCOME_EXISTS });
	else if (judge_type(file, status.st_mode))
		read_content(file);
}

static void
doing(struct check *check, struct text *text)
{
	(void)check;
	text_string(text, phase_words(PHASE_READING));
}

const struct check_kind check_file = {
	.name = "file",
	.argument = "PATH",
	.help = "check that a file exists",
	.fields = fields,
	.size = sizeof(struct file_check),
	.validate = validate,
	.conflict = conflict,
	.prepare = prepare,
	.start = start,
	.ready = start,
	.doing = doing,
};
