#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
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
		fail("a path must not hold NUL, got %q", path);
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

static struct slice
duration(struct check *check, int64_t ms)
{
	struct text text;

	text_open(&text, &check->run->arena, CHECK_WORDS);
	duration_print(&text, ms);
	return check_keep(check, &text);
}

static void
judge_age(struct file_check *file, const struct stat *status)
{
	struct check *check = &file->check;
	int64_t modified_ms = (int64_t)status->st_mtim.tv_sec * 1000 + status->st_mtim.tv_nsec / 1000000;
	int64_t age_ms = check->run->wall_ms - modified_ms, seconds = age_ms - age_ms % 1000;

	if (age_ms < -FUTURE_ALLOWED_MS)
		check_decide(check, OUTCOME_FILE_FUTURE, duration(check, -seconds));
	else if (age_ms > file->max_age_ms) /* whole seconds, unless they hide the difference */
		check_decide(check, OUTCOME_FILE_OLD,
			duration(check, seconds > file->max_age_ms ? seconds : age_ms),
			duration(check, file->max_age_ms));
}

static bool
judge_type(struct check *check, mode_t mode)
{
	const char *type = "device";

	if (S_ISDIR(mode))
		type = "directory";
	else if (S_ISFIFO(mode))
		type = "FIFO";
	else if (S_ISSOCK(mode))
		type = "socket";
	if (!S_ISREG(mode))
		check_decide(check, OUTCOME_FILE_TYPE, type);
	return S_ISREG(mode);
}

static void
judge_content(struct file_check *file)
{
	struct check *check = &file->check;
	char *buffer = check->run->buffer;
	ssize_t got;

	content_open(&file->content);
	while (!check->verdict.outcome) {
		got = read(file->watch.fd, buffer, RUN_BUFFER);
		if (got < 0)
			check_decide(check, OUTCOME_FILE_ERROR, errno_words(errno));
		else if (got == 0)
			content_end(&file->content, check);
		else if (content_feed(&file->content, check, (struct slice){ buffer, (size_t)got }))
			check_decide(check, OUTCOME_CONTAINS);
	}
}

/* Opened only once it is known to be a regular file, and looked at again, for it may have
 * been replaced: the opening of a device can do things and that of a FIFO can block. */
static void
read_content(struct file_check *file)
{
	struct check *check = &file->check;
	int fd = open(check->target.bytes, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;

	if (fd >= 0)
		check_watch(check, &file->watch, fd);
	else if (errno == EMFILE || errno == ENFILE)
		check->starved = true;
	if (!check->starved && (fd < 0 || fstat(fd, &status) != 0))
		check_decide(check, OUTCOME_FILE_ERROR, errno_words(errno));
	else if (!check->starved && judge_type(check, status.st_mode))
		judge_content(file);
}

static void
start(struct check *check)
{
	struct file_check *file = (struct file_check *)check;
	struct stat status;
	bool there = stat(check->target.bytes, &status) == 0;

	if (!there && file->absent && (errno == ENOENT || errno == ENOTDIR))
		check_decide(check, OUTCOME_ABSENT);
	else if (!there)
		check_decide(check, OUTCOME_FILE_ERROR, errno_words(errno));
	else if (file->absent)
		check_decide(check, OUTCOME_FILE_EXISTS);
	else if (file->max_age_ms)
		judge_age(file, &status);
	if (check->verdict.outcome)
		return;
	if ((uint64_t)status.st_size < file->min_size)
		check_decide(check, OUTCOME_FILE_SMALL, (uint64_t)status.st_size, file->min_size);
	else if (file->content.text.length == 0)
		check_decide(check, OUTCOME_EXISTS);
	else if (judge_type(check, status.st_mode))
		read_content(file);
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
	.argument = "PATH",
	.help = "check that a file exists",
	.conflict = conflict,
	.prepare = prepare,
	.start = start,
	.ready = start,
	.doing = doing,
};
