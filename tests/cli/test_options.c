/* the command line */
#include "peer.h"
#include "run.h"

#define HTTPS "--http: https is not supported by this version, only http://, got "
#define SCHEME "--http: a URL starts with http://, got "
#define HEALTHY(count) "healthy: " count " passed in " NUMBER " ms\n"

struct refused_row {
	int line;
	const char *arguments[8];
	const char *words;
};

static void
refuse_rows(const struct refused_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct run run = { 0 };

		run_probe(&run, rows[i].arguments);
		run_expect_error(&run, rows[i].line, rows[i].words);
	}
	support_settle();
}

static void
test_refused(void **state)
{
	static const struct refused_row rows[] = {
		{ __LINE__, { "--frobnicate" },
			"unknown option \"--frobnicate\", see probe --help" },
		{ __LINE__, { "-x" }, "unknown option \"-x\", see probe --help" },
		{ __LINE__, { "---" }, "unknown option \"---\", see probe --help" },
		{ __LINE__, { "--tiemout=4s" },
			"unknown option \"--tiemout=4s\", did you mean --timeout?" },
		{ __LINE__, { "--confg", "x" },
			"unknown option \"--confg\", did you mean --config?" },
		{ __LINE__, { "--htp", "x" }, "unknown option \"--htp\", did you mean --http?" },
		{ __LINE__, { "--http://127.0.0.1/" },
			"unknown option \"--http://127.0.0.1/\", see probe --help" },
		{ __LINE__, { "--\033[31m" }, "unknown option \"--\\x1b[31m\", see probe --help" },
		{ __LINE__, { "http://127.0.0.1/" },
			"unexpected argument \"http://127.0.0.1/\", see probe --help" },
		{ __LINE__, { "" }, "unexpected argument \"\", see probe --help" },
		{ __LINE__, { "-" }, "unexpected argument \"-\", see probe --help" },
		{ __LINE__, { "--", "--once" },
			"unexpected argument \"--once\", see probe --help" },
		{ __LINE__, { "--", "--" }, "unexpected argument \"--\", see probe --help" },
		{ __LINE__, { "--config" }, "--config: needs a value" },
		{ __LINE__, { "-c" }, "--config: needs a value" },
		{ __LINE__, { "-t" }, "--timeout: needs a value" },
		{ __LINE__, { "-o" }, "--output: needs a value" },
		{ __LINE__, { "--http" }, "--http: needs a value" },
		{ __LINE__, { "--tcp" }, "--tcp: needs a value" },
		{ __LINE__, { "--file" }, "--file: needs a value" },
		{ __LINE__, { "--config=" }, "--config: must not be empty" },
		{ __LINE__, { "-c", "" }, "--config: must not be empty" },
		{ __LINE__, { "--once " }, "unknown option \"--once \", did you mean --once?" },
		{ __LINE__, { "--file PATH", "/" },
			"unknown option \"--file PATH\", see probe --help" },
		{ __LINE__, { "- ", "--file", "/" }, "unknown option \"- \", see probe --help" },
		{ __LINE__, { "--once=yes" }, "--once: takes no value" },
		{ __LINE__, { "--validate=" }, "--validate: takes no value" },
		{ __LINE__, { "--help=x" }, "--help: takes no value" },
		{ __LINE__, { "--version=x" }, "--version: takes no value" },
		{ __LINE__, { "-hx" }, "--help: takes no value" },
		{ __LINE__, { "-o", "xml" },
			"--output: this version has only the format text, got \"xml\"" },
		{ __LINE__, { "-o", "" },
			"--output: this version has only the format text, got \"\"" },
		/* the first error wins */
		{ __LINE__, { "-o", "xml", "--frobnicate" },
			"--output: this version has only the format text, got \"xml\"" },
		{ __LINE__, { "--once", "--frobnicate", "--help" },
			"unknown option \"--frobnicate\", see probe --help" },
	};

	(void)state;
	refuse_rows(rows, COUNT(rows));
}

/* what a later version brings is refused by name, never ignored */
static void
test_later(void **state)
{
	static const struct refused_row rows[] = {
		{ __LINE__, { "--role", "web" }, "--role: not supported by this version" },
		{ __LINE__, { "--role=web", "--file", "/" },
			"--role: not supported by this version" },
		{ __LINE__, { "--wait", "5s" }, "--wait: not supported by this version" },
		{ __LINE__, { "--wait=5s", "--", "true" },
			"--wait: not supported by this version" },
		{ __LINE__, { "-o", "json" },
			"--output: this version has only the format text, got \"json\"" },
		{ __LINE__, { "--output=prometheus" },
			"--output: this version has only the format text, got \"prometheus\"" },
		{ __LINE__, { "--http", "https://127.0.0.1/" }, HTTPS "\"https://127.0.0.1/\"" },
		{ __LINE__, { "--file", "${file:/etc/passwd}" },
			"--file: \"${file:/etc/passwd}\" is not supported by this version" },
	};

	(void)state;
	refuse_rows(rows, COUNT(rows));
}

/* empty counts as unset */
static void
test_later_variable(void **state)
{
	struct run run = { .environment = { "PROBE_ROLE=web" } };

	(void)state;
	RUN(&run, "--file", "/");
	EXPECT_ERROR(&run, "PROBE_ROLE: not supported by this version");
	run.environment[0] = "PROBE_ROLE=";
	RUN(&run, "--file", "/");
	EXPECT(&run, 0, HEALTHY("1 check"), "");
}

static void
test_bad_values(void **state)
{
#define DURATION "--timeout: a duration is 1ms to 24h, as \"4s\" or \"1m30s\", got "
	static const struct refused_row rows[] = {
		{ __LINE__, { "-t", "5" }, "--timeout: 5 has no unit, write \"5s\" or \"5ms\"" },
		{ __LINE__, { "-t", "x" }, DURATION "\"x\"" },
		{ __LINE__, { "-t", "" }, DURATION "\"\"" },
		{ __LINE__, { "-t", "-1s" }, DURATION "\"-1s\"" },
		{ __LINE__, { "-t", "0s" }, DURATION "\"0s\"" },
		{ __LINE__, { "-t", "25h" }, DURATION "\"25h\"" },
		{ __LINE__, { "--tcp", "localhost:70000" },
			"--tcp: port must be 1 to 65535, got 70000" },
		{ __LINE__, { "--tcp=localhost" }, "--tcp: port must be 1 to 65535, got none" },
		{ __LINE__, { "--tcp", "::1:6379" },
			"--tcp: host must be a name, IPv4 or [IPv6], got \"::1\"" },
		{ __LINE__, { "--http", "ftp://127.0.0.1/" }, SCHEME "\"ftp://127.0.0.1/\"" },
		{ __LINE__, { "--http", "" }, SCHEME "\"\"" },
		{ __LINE__, { "--file=" }, "--file: must not be empty" },
		{ __LINE__, { "--file", "${HOME" }, "--file: \"${\" without its '}'" },
		{ __LINE__, { "--file", "/${NOWHERE}" },
			"--file: the variable NOWHERE is not set" },
		/* every option is looked at before anything is run */
		{ __LINE__, { "--file", "/", "--tcp", "a:b" },
			"--tcp: port must be 1 to 65535, got b" },
	};
#undef DURATION

	(void)state;
	refuse_rows(rows, COUNT(rows));
}

static void
test_help(void **state)
{
	static const char *const calls[][3] = { { "-h" }, { "--help" }, { "--once", "-h" },
		{ "--help", "--frobnicate" } };
	static const char *const words[] = { "usage: probe ", "-c, --config FILE",
		"-t, --timeout DURATION", "-o, --output FORMAT", "--once", "--validate",
		"-h, --help", "-V, --version", "--http URL", "--tcp ADDRESS", "--file PATH",
		"PROBE_CONFIG", "/etc/health.json" };

	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++) {
		struct run run = { 0 };

		run_probe(&run, calls[i]);
		assert_int_equal(run.status, 0);
		assert_int_equal(run.err_size, 0);
		for (size_t j = 0; j < COUNT(words); j++) {
			if (!strstr(run.out, words[j]))
				fail_msg("%s is not in\n%s", words[j], run.out);
		}
	}
}

static void
test_version(void **state)
{
	struct run run = { 0 };

	(void)state;
	RUN(&run, "-V");
	EXPECT(&run, 0, "probe " NUMBER "." NUMBER "." NUMBER "\n", "");
	RUN(&run, "--version");
	EXPECT(&run, 0, "probe " NUMBER "." NUMBER "." NUMBER "\n", "");
}

/* Checks without a health.json: each option repeatable, in either form, no file read. */
static void
test_checks(void **state)
{
	struct peer peer = { 0 };
	struct run run = { .environment = { "PROBE_CONFIG=none.json", "PORT=", "PLACE=file" } };
	const char *url, *address, *second;

	(void)state;
	PEER(&peer, REQUEST, SEND("HTTP/1.1 200 OK\r\n\r\n"));
	folder_text("health.json", "this is not read");
	folder_text("file", "x");
	url = support_format("http://127.0.0.1:%u/", peer.port);
	address = support_format("127.0.0.1:%u", peer.port);
	second = support_format("--http=http://127.0.0.1:${PORT:-%u}/b", peer.port);
	RUN(&run, "--http", url, "--tcp", address, "--file=${PLACE}", second, "--once");
	EXPECT(&run, 0,
		support_format(
			HEALTHY("4 checks") "PASS %s: status 200 in " NUMBER "." NUMBER " ms\n"
					    "PASS %s: connected in " NUMBER "." NUMBER " ms\n"
					    "PASS file: exists in " NUMBER "." NUMBER " ms\n"
					    "PASS %sb: status 200 in " NUMBER "." NUMBER " ms\n",
			url, address, url),
		"");
}

/* A file is read too where -c names one, and all of them run. */
static void
test_checks_and_file(void **state)
{
	static const char *const config_forms[][2] = { { "-c", "a.json" }, { "--config", "a.json" },
		{ "-ca.json", NULL }, { "--config=a.json", NULL } };

	(void)state;
	folder_text("a.json", "{\"checks\": [{\"file\": \"one\"}, {\"file\": \"two\"}]}");
	folder_text("one", "");
	folder_text("two", "");
	folder_text("three", "");
	for (size_t i = 0; i < COUNT(config_forms); i++) {
		struct run run = { 0 };

		if (config_forms[i][1])
			RUN(&run, "--file", "three", config_forms[i][0], config_forms[i][1]);
		else
			RUN(&run, "--file", "three", config_forms[i][0]);
		EXPECT(&run, 0, HEALTHY("3 checks"), "");
	}
}

/* -t overrides the file's timeout, downwards and upwards. */
static void
test_timeout(void **state)
{
	struct peer silent = { 0 }, slow = { 0 };
	struct run run = { 0 };
	const char *target;

	(void)state;
	PEER(&silent, SILENT);
	target = support_format("http://127.0.0.1:%u/", silent.port);
	folder_text("health.json",
		support_format("{\"timeout\": \"24h\", \"checks\": [{\"http\": \"%s\"}]}", target));
	RUN(&run, "--once", "-t300ms");
	EXPECT_CHECK(&run, false, target,
		"timed out after 300 ms while waiting for the status line");
	RUN(&run, "--once", "--timeout=0.3s");
	EXPECT_CHECK(&run, false, target,
		"timed out after 300 ms while waiting for the status line");
	PEER(&slow, REQUEST, PAUSE(200), SEND("HTTP/1.1 200 OK\r\n\r\n"));
	target = support_format("http://127.0.0.1:%u/", slow.port);
	folder_text("health.json",
		support_format("{\"timeout\": \"1ms\", \"checks\": [{\"http\": \"%s\"}]}", target));
	RUN(&run, "--once", "-t", "20s");
	EXPECT_CHECK(&run, true, target, "status 200");
	RUN(&run, "--once");
	EXPECT_CHECK(&run, false, target, "timed out after 1 ms while " ANYTHING);
}

static void
test_text_format(void **state)
{
	static const char *const calls[][5] = { { "-o", "text", "--file", "/" },
		{ "-otext", "--file", "/" }, { "--output=text", "--file", "/" } };

	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++) {
		struct run run = { 0 };

		run_probe(&run, calls[i]);
		EXPECT(&run, 0, HEALTHY("1 check"), "");
	}
}

/* The configuration is read and checked, and that is all. */
static void
test_validate(void **state)
{
	struct peer peer = { 0 };
	struct run run = { 0 };

	(void)state;
	PEER(&peer, SILENT);
	folder_text("health.json",
		support_format("{\"checks\": [{\"http\": \"http://127.0.0.1:%u/\"}, "
			       "{\"tcp\": \"127.0.0.1:%u\"}, {\"file\": \"none\"}]}",
			peer.port, peer.port));
	folder_text("one.json", "{\"checks\": [{\"tcp\": \"nowhere.test:1\"}]}");
	RUN(&run, "--validate");
	EXPECT(&run, 0, "health.json: 3 checks\n", "");
	RUN(&run, "--validate", "-c", "./one.json");
	EXPECT(&run, 0, "./one.json: 1 check\n", "");
	RUN(&run, "--validate", "--tcp", support_format("127.0.0.1:%u", peer.port));
	EXPECT(&run, 0, "options: 1 check\n", "");
	RUN(&run, "--validate", "--file=none", "--file=none");
	EXPECT(&run, 0, "options: 2 checks\n", "");
	RUN(&run, "--file=none", "-c", "one.json", "--validate", "--once");
	EXPECT(&run, 0, "one.json: 2 checks\n", "");
	run.input = INPUT_BYTES;
	run.bytes = "{\"checks\": [{\"file\": \"none\"}]}";
	RUN(&run, "--validate", "-c", "-");
	EXPECT(&run, 0, "stdin: 1 check\n", "");
	assert_int_equal(peer_accepted(&peer), 0);
}

/* no word at all: the first health.json that there is; an empty variable counts as unset */
static void
test_no_words(void **state)
{
	struct run run = { .environment = { "PROBE_CONFIG=" } };

	(void)state;
	folder_text("health.json", "{\"checks\": [{\"file\": \"/\"}]}");
	RUN_BARE(&run);
	EXPECT(&run, 0, HEALTHY("1 check"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_refused),
		TEST(test_later),
		TEST(test_later_variable),
		TEST(test_bad_values),
		TEST(test_help),
		TEST(test_version),
		TEST(test_checks),
		TEST(test_checks_and_file),
		TEST(test_timeout),
		TEST(test_text_format),
		TEST(test_validate),
		TEST(test_no_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
