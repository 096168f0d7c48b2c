/* files: there or not, their age, size and content */
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "peer.h"
#include "run.h"

struct file_row {
	int line;
	const char *file;
	const char *keys;
	bool healthy;
	const char *verdict;
};

/* Names are relative to the test's folder, which is the working directory. */
static void
check_rows(const struct file_row *rows, size_t count, bool powerless)
{
	for (size_t i = 0; i < count; i++) {
		const struct file_row *row = &rows[i];
		struct run run = { .powerless = powerless };

		folder_text("health.json",
			support_format("{\"checks\": [{\"file\": \"%s\"%s%s}]}", row->file,
				row->keys ? ", " : "", row->keys ? row->keys : ""));
		RUN(&run, "--once");
		run_expect_check(&run, row->line, row->healthy, row->file, row->verdict);
	}
	support_settle();
}

#define LONG_NAME "0123456789012345678901234567890123456789012345678901234567890123"

static void
test_exists(void **state)
{
	static const struct file_row rows[] = {
		{ __LINE__, "file", NULL, true, "exists" },
		{ __LINE__, "./file", NULL, true, "exists" },
		{ __LINE__, "link", NULL, true, "exists" },
		{ __LINE__, "/", NULL, true, "exists" },
		{ __LINE__, ".", NULL, true, "exists" },
		{ __LINE__, "/dev/null", NULL, true, "exists" },
		{ __LINE__, "fifo", NULL, true, "exists" },
		{ __LINE__, "app.sock", NULL, true, "exists" },
		{ __LINE__, "none", NULL, false, "no such file or directory" },
		{ __LINE__, "none/file", NULL, false, "no such file or directory" },
		{ __LINE__, "dangling", NULL, false, "no such file or directory" },
		{ __LINE__, "file/x", NULL, false, "not a directory" },
		{ __LINE__, "loop", NULL, false, "too many symbolic links" },
		{ __LINE__, LONG_NAME LONG_NAME LONG_NAME LONG_NAME "/x", NULL, false,
			"file name too long" },
	};
	struct peer peer = { 0 };

	(void)state;
	folder_text("file", "x");
	peer.address = folder_path("app.sock");
	PEER(&peer, SILENT);
	assert_int_equal(mkfifo(folder_path("fifo"), 0644), 0);
	assert_int_equal(symlink("file", folder_path("link")), 0);
	assert_int_equal(symlink("none", folder_path("dangling")), 0);
	assert_int_equal(symlink("loop", folder_path("loop")), 0);
	for (size_t i = 0; i + 1 < COUNT(rows); i++)
		check_rows(&rows[i], 1, false);
	/* what is shown of a name is cut */
	{
		struct run run = { 0 };

		RUN(&run, "--once", "--file", rows[COUNT(rows) - 1].file);
		EXPECT_CHECK(&run, false, support_format("%.200s...", rows[COUNT(rows) - 1].file),
			rows[COUNT(rows) - 1].verdict);
	}
}

static void
test_absolute(void **state)
{
	struct run run = { .where = "/" };
	const char *path = folder_text("file", "x");

	(void)state;
	RUN(&run, "--once", "--file", path);
	EXPECT_CHECK(&run, true, path, "exists");
}

static void
test_absent(void **state)
{
	static const struct file_row rows[] = {
		{ __LINE__, "none", "\"absent\": true", true, "absent" },
		{ __LINE__, "file/x", "\"absent\": true", true, "absent" },
		{ __LINE__, "none", "\"absent\": false", false, "no such file or directory" },
		{ __LINE__, "file", "\"absent\": false", true, "exists" },
		{ __LINE__, "file", "\"absent\": true", false, "exists, want it absent" },
		{ __LINE__, "folder", "\"absent\": true", false, "exists, want it absent" },
		{ __LINE__, "loop", "\"absent\": true", false, "too many symbolic links" },
		{ __LINE__, "secret/x", "\"absent\": true", false, "permission denied" },
		{ __LINE__, "secret/x", NULL, false, "permission denied" },
	};

	(void)state;
	folder_text("file", "x");
	folder_text("folder/file", "x");
	folder_text("secret/x", "x");
	assert_int_equal(symlink("loop", folder_path("loop")), 0);
	assert_int_equal(chmod(support_format("%s/secret", folder()), 0), 0);
	check_rows(rows, COUNT(rows), true);
	assert_int_equal(chmod(support_format("%s/secret", folder()), 0755), 0);
}

static void
test_age(void **state)
{
	static const struct file_row rows[] = {
		{ __LINE__, "now", "\"max_age\": \"30s\"", true, "exists" },
		{ __LINE__, "old", "\"max_age\": \"1h\"", true, "exists" },
		{ __LINE__, "old", "\"max_age\": \"30s\"", false,
			"modified " NUMBER " s ago, want at most 30 s" },
		{ __LINE__, "old", "\"max_age\": \"1500ms\"", false,
			"modified " NUMBER " ms ago, want at most 1500 ms" },
		{ __LINE__, "ancient", "\"max_age\": \"24h\"", false,
			"modified " NUMBER " s ago, want at most 86400 s" },
		/* a clock may be a little off, no more */
		{ __LINE__, "soon", "\"max_age\": \"30s\"", true, "exists" },
		{ __LINE__, "future", "\"max_age\": \"30s\"", false,
			"modified " NUMBER " s in the future" },
		{ __LINE__, "future", "\"max_age\": \"24h\"", false,
			"modified " NUMBER " s in the future" },
		{ __LINE__, "future", NULL, true, "exists" },
		{ __LINE__, "none", "\"max_age\": \"30s\"", false, "no such file or directory" },
		{ __LINE__, "folder", "\"max_age\": \"30s\"", false,
			"modified " NUMBER " s ago, want at most 30 s" },
		/* the age comes first */
		{ __LINE__, "old", "\"max_age\": \"30s\", \"min_size\": 100, \"contains\": \"y\"",
			false, "modified " NUMBER " s ago, want at most 30 s" },
	};

	(void)state;
	folder_text("now", "x");
	folder_text("old", "x");
	folder_age("old", 95);
	folder_text("ancient", "x");
	folder_age("ancient", 1000000000);
	folder_text("soon", "x");
	folder_age("soon", -1);
	folder_text("future", "x");
	folder_age("future", -600);
	folder_text("folder/x", "x");
	folder_age("folder", 95);
	check_rows(rows, COUNT(rows), false);
}

/* A time whose milliseconds do not fit, and come back to about now where that is overlooked.
 * A tmpfs keeps it; what another file system makes of it lies in the future, too. */
static void
test_age_overflows(void **state)
{
	char path[] = "/dev/shm/probe-XXXXXX";
	struct timespec times[2] = { { .tv_sec = time(NULL) }, { 0 } };
	struct run run = { 0 };
	int fd = mkstemp(path), set;

	(void)state;
	assert_true(fd >= 0);
	times[1].tv_sec = times[0].tv_sec + ((time_t)1 << 61);
	set = futimens(fd, times);
	close(fd);
	folder_text("health.json",
		support_format("{\"checks\": [{\"file\": \"%s\", \"max_age\": \"30s\"}]}", path));
	RUN(&run, "--once");
	unlink(path);
	assert_int_equal(set, 0);
	EXPECT_CHECK(&run, false, path, "modified " NUMBER ANYTHING " in the future");
}

static void
test_size(void **state)
{
	static const struct file_row rows[] = {
		{ __LINE__, "five", "\"min_size\": 5", true, "exists" },
		{ __LINE__, "five", "\"min_size\": 0", true, "exists" },
		{ __LINE__, "empty", "\"min_size\": 0", true, "exists" },
		{ __LINE__, "five", "\"min_size\": 6", false, "5 bytes, want at least 6" },
		{ __LINE__, "empty", "\"min_size\": 1", false, "0 bytes, want at least 1" },
		{ __LINE__, "five", "\"min_size\": 576460752303423487", false,
			"5 bytes, want at least 576460752303423487" },
	};

	(void)state;
	folder_text("five", "12345");
	folder_text("empty", "");
	check_rows(rows, COUNT(rows), false);
}

static void
test_contains(void **state)
{
	static const struct file_row rows[] = {
		{ __LINE__, "file", "\"contains\": \"good\"", true, "contains the text" },
		{ __LINE__, "file", "\"contains\": \"all good\\n\"", true, "contains the text" },
		{ __LINE__, "file", "\"contains\": \"bad\"", false,
			"the file does not contain \"bad\"" },
		{ __LINE__, "file", "\"contains\": \"a\\u0001\\u202e\"", false,
			"the file does not contain \"a\\x01\\xe2\\x80\\xae\"" },
		{ __LINE__, "empty", "\"contains\": \"good\"", false,
			"the file does not contain \"good\"" },
		{ __LINE__, "file", "\"contains\": \"good\", \"max_age\": \"1h\", \"min_size\": 9",
			true, "contains the text" },
		{ __LINE__, "long", "\"contains\": \"end\"", true, "contains the text" },
		{ __LINE__, "longer", "\"contains\": \"end\"", false,
			"the file is larger than 64 KiB, its first 64 KiB do not contain \"end\"" },
		{ __LINE__, "longer", "\"contains\": \"...\"", true, "contains the text" },
		/* regular files only, and none of these blocks */
		{ __LINE__, "folder", "\"contains\": \"x\"", false,
			"is a directory, want a regular file" },
		{ __LINE__, "fifo", "\"contains\": \"x\"", false,
			"is a device or FIFO, want a regular file" },
		{ __LINE__, "app.sock", "\"contains\": \"x\"", false,
			"is a device or FIFO, want a regular file" },
		{ __LINE__, "/dev/null", "\"contains\": \"x\"", false,
			"is a device or FIFO, want a regular file" },
		{ __LINE__, "/dev/zero", "\"contains\": \"x\"", false,
			"is a device or FIFO, want a regular file" },
		{ __LINE__, "none", "\"contains\": \"x\"", false, "no such file or directory" },
		{ __LINE__, "/proc/self/mem", "\"contains\": \"x\"", false, "input/output error" },
	};
	static char filler[65536];
	struct peer peer = { 0 };

	(void)state;
	memset(filler, '.', sizeof(filler));
	folder_text("file", "all good\n");
	folder_text("empty", "");
	memcpy(filler + sizeof(filler) - 3, "end", 3);
	folder_write("long", filler, sizeof(filler));
	memcpy(filler + sizeof(filler) - 3, "..e", 3);
	folder_text("longer", support_format("%.*snd", (int)sizeof(filler), filler));
	folder_text("folder/x", "x");
	assert_int_equal(mkfifo(folder_path("fifo"), 0644), 0);
	peer.address = folder_path("app.sock");
	PEER(&peer, SILENT);
	check_rows(rows, COUNT(rows), false);
}

static void
test_unreadable(void **state)
{
	static const struct file_row rows[] = {
		{ __LINE__, "secret", NULL, true, "exists" },
		{ __LINE__, "secret", "\"contains\": \"x\"", false, "permission denied" },
	};

	(void)state;
	assert_int_equal(chmod(folder_text("secret", "x"), 0), 0);
	check_rows(rows, COUNT(rows), true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_exists),
		TEST(test_absolute),
		TEST(test_absent),
		TEST(test_age),
		TEST(test_age_overflows),
		TEST(test_size),
		TEST(test_contains),
		TEST(test_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
