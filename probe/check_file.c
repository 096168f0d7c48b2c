#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "content.h"

enum { FUTURE_ALLOWED_MS = 2000 };

struct file_check {
	struct check check;
	bool absent;
	int64_t max_age_ms;
	uint64_t min_size;
	struct content content;

	struct watch watch;
};

static void
take_path(void *structure)
{
	struct slice path = config_text();

	if (slice_has(path, '\0'))
		refuse("a path must not hold NUL, got %q", path);
	((struct check *)structure)->target = path;
}

static void
take_absent(void *structure)
{
	((struct file_check *)structure)->absent = config_bool();
}

static void
take_max_age(void *structure)
{
	((struct file_check *)structure)->max_age_ms = config_duration();
}

static void
take_min_size(void *structure)
{
	((struct file_check *)structure)->min_size = config_whole();
}

static void
take_contains(void *structure)
{
	((struct file_check *)structure)->content.text = config_text();
}

static const struct field fields[] = {
	{ "file", take_path },
	{ "absent", take_absent },
	{ "max_age", take_max_age },
	{ "min_size", take_min_size },
	{ "contains", take_contains },
	{ "json", config_later },
	{ NULL, NULL },
};

static const char *
conflict(const struct check *check)
{
	const struct file_check *file = (const struct file_check *)check;

	if (file->absent && (file->max_age_ms || file->min_size || file->content.text.length))
		return "\"absent\" cannot stand beside \"max_age\", \"min_size\" or \"contains\"";
	return NULL;
}

static bool
prepare(struct check *check, struct arena *arena)
{
	return content_prepare(&((struct file_check *)check)->content, "the file", arena);
}

static void
judge_age(struct file_check *file, const struct stat *status)
{
	/* no clock that matters goes so far, and beyond it the product would not fit */
	static const int64_t furthest_s = INT64_MAX / 4000;
	int64_t modified_s = status->st_mtim.tv_sec, modified_ms;
	int64_t age_ms, max_ms = file->max_age_ms;

	if (modified_s > furthest_s)
		modified_s = furthest_s;
	if (modified_s < -furthest_s)
		modified_s = -furthest_s;
	modified_ms = modified_s * 1000 + status->st_mtim.tv_nsec / 1000000;
	age_ms = file->check.run->wall_ms - modified_ms;
	if (age_ms < -FUTURE_ALLOWED_MS)
		check_decide(&file->check, OUTCOME_FILE_FUTURE, (uint64_t)(-age_ms / 1000));
	else if (age_ms <= max_ms)
		return;
	else if (max_ms % 1000 == 0 && age_ms - max_ms >= 1000)
		check_decide(&file->check, OUTCOME_FILE_OLD, (uint64_t)(age_ms / 1000),
			(uint64_t)(max_ms / 1000));
	else /* whole seconds would hide the difference */
		check_decide(&file->check, OUTCOME_FILE_OLD_MS, (uint64_t)age_ms, (uint64_t)max_ms);
}

static void
fail_errno(struct check *check)
{
	if (errno == EMFILE || errno == ENFILE)
		check->starved = true;
	else
		check_decide(check, OUTCOME_FILE_ERROR, errno_words(errno));
}

static void
judge_content(struct file_check *file)
{
	struct check *check = &file->check;
	/* of a FIFO or a device that has taken the file's place since it was looked at */
	int fd = open(check->target.bytes, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct slice piece = { check->run->buffer, 0 };
	ssize_t got = 0;

	if (fd < 0) {
		fail_errno(check);
		return;
	}
	check_watch(check, &file->watch, fd);
	content_open(&file->content);
	while (!check->verdict.outcome && (got = read(fd, check->run->buffer, RUN_BUFFER)) > 0) {
		piece.length = (size_t)got;
		if (content_feed(&file->content, check, piece))
			check_decide(check, OUTCOME_CONTAINS);
	}
	if (got < 0)
		fail_errno(check);
	else if (!check->verdict.outcome)
		content_end(&file->content, check);
}

static void
start(struct check *check)
{
	struct file_check *file = (struct file_check *)check;
	struct stat status;

	if (stat(check->target.bytes, &status) != 0) {
		if (file->absent && (errno == ENOENT || errno == ENOTDIR))
			check_decide(check, OUTCOME_ABSENT);
		else
			fail_errno(check);
		return;
	}
	if (file->absent)
		check_decide(check, OUTCOME_FILE_EXISTS);
	else if (file->max_age_ms)
		judge_age(file, &status);
	if (check->verdict.outcome)
		return;
	if ((uint64_t)status.st_size < file->min_size)
		check_decide(check, OUTCOME_FILE_SMALL, (uint64_t)status.st_size, file->min_size);
	else if (file->content.text.length == 0)
		check_decide(check, OUTCOME_EXISTS);
	else if (S_ISREG(status.st_mode)) /* what else there is may block, or act on being opened */
		judge_content(file);
	else
		check_decide(check, OUTCOME_FILE_TYPE,
			S_ISDIR(status.st_mode) ? "directory" : "device or FIFO");
}

static void
doing(struct check *check, struct text *text)
{
	(void)check;
	text_print(text, phase_words(PHASE_READING));
}

const struct check_kind check_file = {
	.fields = fields,
	.size = sizeof(struct file_check),
	.help = "      --file PATH         check that a file exists",
	.conflict = conflict,
	.prepare = prepare,
	.start = start,
	.ready = start,
	.doing = doing,
};
