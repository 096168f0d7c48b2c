#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "engine.h"
#include "unit.h"

static char folder[] = "/tmp/probe-file-XXXXXX";
static int64_t wall_ms;

static void
put(const char *path, size_t size, int64_t modified_ms)
{
	struct timespec times[2] = { { .tv_sec = modified_ms / 1000,
		.tv_nsec = modified_ms % 1000 * 1000000 } };
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	times[1] = times[0];
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(pwrite(fd, "end", 3, size < 3 ? 0 : (off_t)size - 3), 3);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static int
enter(void **state)
{
	(void)state;
	wall_ms = clock_wall_ms() / 1000 * 1000;
	if (!mkdtemp(folder) || chdir(folder) || mkdir("folder", 0700) || mkfifo("fifo", 0600))
		return -1;
	put("new", 10, wall_ms);
	put("old", 10, wall_ms - 95000);
	put("ms", 10, wall_ms - 1500);
	put("soon", 10, wall_ms + 2000);
	put("future", 10, wall_ms + 65999);
	put("empty", 0, wall_ms);
	put("64k", 65536, wall_ms);
	put("65k", 65537, wall_ms);
	return symlink("nowhere", "dangling");
}

static int
leave(void **state)
{
	static const char *const names[] = { "new", "old", "ms", "soon", "future", "empty", "64k",
		"65k", "fifo", "dangling" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		unlink(names[i]);
	rmdir("folder");
	return chdir("/") || rmdir(folder);
}

static void
run_config(void *argument)
{
	struct run run = { .arena = *config.arena, .wall_ms = wall_ms };

	(void)argument;
	engine_run(config.first, &run, clock_monotonic_us(), 60000);
}

static void
fields(void **state)
{
	static const char *const names[] = { "file", "absent", "max_age", "min_size", "contains",
		"json" };
	const struct field *field = unit_kind("file")->fields;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++, field++)
		assert_string_equal(field->name, names[i]);
	assert_null(field->name);
}

#define CONFLICT "\"absent\" cannot stand beside \"max_age\", \"min_size\" or \"contains\""

static void
conflicts(void **state)
{
	static const struct {
		int line;
		const char *keys, *words; /* NULL: none */
	} rows[] = {
		{ __LINE__, "\"absent\":true", NULL },
		{ __LINE__, "\"absent\":false,\"max_age\":\"1s\",\"min_size\":1,\"contains\":\"x\"",
			NULL },
		{ __LINE__, "\"absent\":true,\"max_age\":\"1s\"", CONFLICT },
		{ __LINE__, "\"max_age\":\"1s\",\"absent\":true", CONFLICT },
		{ __LINE__, "\"absent\":true,\"min_size\":1", CONFLICT },
		{ __LINE__, "\"contains\":\"x\",\"absent\":true", CONFLICT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char bytes[512];
		struct text text = UNIT_TEXT(bytes);
		struct slice whole;

		text_print(&text, "{\"checks\":[{\"file\":\"x\",%s}]}", rows[i].keys);
		whole = unit_written(&text);
		row_equal(rows[i].line, unit_fails(unit_read_config, &whole),
			rows[i].words != NULL);
		if (rows[i].words)
			row_text(rows[i].line, error.words, rows[i].words);
	}
}

static void
verdicts(void **state)
{
	static const struct {
		int line;
		const char *keys, *words;
	} rows[] = {
		{ __LINE__, "\"file\":\"new\"", "exists" },
		{ __LINE__, "\"file\":\"./new\"", "exists" },
		{ __LINE__, "\"file\":\"folder\"", "exists" },
		{ __LINE__, "\"file\":\"fifo\"", "exists" },
		{ __LINE__, "\"file\":\"none\"", "no such file or directory" },
		{ __LINE__, "\"file\":\"new/x\"", "not a directory" },
		{ __LINE__, "\"file\":\"dangling\"", "no such file or directory" },
		{ __LINE__, "\"absent\":true,\"file\":\"none\"", "absent" },
		{ __LINE__, "\"absent\":true,\"file\":\"new/x\"", "absent" },
		{ __LINE__, "\"absent\":true,\"file\":\"new\"", "exists, want it absent" },
		{ __LINE__, "\"absent\":true,\"file\":\"folder\"", "exists, want it absent" },
		{ __LINE__, "\"max_age\":\"30s\",\"file\":\"new\"", "exists" },
		{ __LINE__, "\"max_age\":\"95s\",\"file\":\"old\"", "exists" },
		{ __LINE__, "\"max_age\":\"30s\",\"file\":\"old\"",
			"modified 95 s ago, want at most 30 s" },
		{ __LINE__, "\"max_age\":\"1s\",\"file\":\"ms\"",
			"modified 1500 ms ago, want at most 1000 ms" },
		{ __LINE__, "\"max_age\":\"1499ms\",\"file\":\"ms\"",
			"modified 1500 ms ago, want at most 1499 ms" },
		{ __LINE__, "\"max_age\":\"1ms\",\"file\":\"soon\"", "exists" },
		{ __LINE__, "\"max_age\":\"1h\",\"file\":\"future\"",
			"modified 65 s in the future" },
		{ __LINE__, "\"min_size\":10,\"file\":\"new\"", "exists" },
		{ __LINE__, "\"min_size\":11,\"file\":\"new\"", "10 bytes, want at least 11" },
		{ __LINE__, "\"min_size\":0,\"file\":\"empty\"", "exists" },
		{ __LINE__, "\"contains\":\"end\",\"file\":\"new\"", "contains the text" },
		{ __LINE__, "\"contains\":\"end\",\"file\":\"64k\"", "contains the text" },
		{ __LINE__, "\"contains\":\"end\",\"file\":\"65k\"",
			"the file is larger than 64 KiB, its first 64 KiB do not contain \"end\"" },
		{ __LINE__, "\"contains\":\"x\",\"file\":\"new\"",
			"the file does not contain \"x\"" },
		{ __LINE__, "\"contains\":\"x\",\"file\":\"empty\"",
			"the file does not contain \"x\"" },
		{ __LINE__, "\"contains\":\"x\",\"file\":\"64k\"",
			"the file does not contain \"x\"" },
		{ __LINE__, "\"contains\":\"x\",\"file\":\"folder\"",
			"is a directory, want a regular file" },
		{ __LINE__, "\"contains\":\"x\",\"file\":\"none\"", "no such file or directory" },
	};
	unsigned before = unit_descriptors();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char bytes[512];
		struct text text = UNIT_TEXT(bytes);
		struct slice whole;

		text_print(&text, "{\"checks\":[{%s}]}", rows[i].keys);
		whole = unit_written(&text);
		row_true(rows[i].line, !unit_fails(unit_read_config, &whole));
		row_true(rows[i].line, !unit_fails(run_config, NULL));
		row_slice(rows[i].line, config.first->verdict.words, slice_of(rows[i].words));
	}
	assert_int_equal(unit_descriptors(), before);
}

/* which of its kinds it is may be said or not; that it is not opened is what counts */
static void
never_opens(void **state)
{
	static const char *const names[] = { "fifo", "/dev/zero", "/dev/full" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		char bytes[512];
		struct text text = UNIT_TEXT(bytes);
		struct slice whole;

		text_print(&text, "{\"checks\":[{\"contains\":\"x\",\"file\":\"%s\"}]}", names[i]);
		whole = unit_written(&text);
		assert_false(unit_fails(unit_read_config, &whole));
		assert_false(unit_fails(run_config, NULL));
		assert_int_equal(config.first->verdict.outcome, OUTCOME_FILE_TYPE);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(conflicts),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(never_opens),
	};

	return cmocka_run_group_tests_name("check_file", tests, enter, leave);
}
