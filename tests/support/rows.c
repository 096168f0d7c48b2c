#include "rows.h"

static void
run_rows(const char *kind, const char *form, const struct answer_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct answer_row *row = &rows[i];
		struct peer peer = { 0 };
		struct run run = { 0 };
		char target[64];

		peer_start(&peer, row->script);
		snprintf(target, sizeof(target), form, peer.port);
		folder_text("health.json",
			support_format("{\"timeout\": \"20s\", \"checks\": [{\"%s\": \"%s\"%s%s}]}",
				kind, target, row->keys ? ", " : "", row->keys ? row->keys : ""));
		RUN(&run, "--once");
		run_expect_check(&run, row->line, row->healthy, target, row->verdict);
	}
	support_settle();
}

void
rows_http(const struct answer_row *rows, size_t count)
{
	run_rows("http", "http://127.0.0.1:%u/x", rows, count);
}

void
rows_tcp(const struct answer_row *rows, size_t count)
{
	run_rows("tcp", "127.0.0.1:%u", rows, count);
}

static void
validate(int line, const char *config, const char *words)
{
	struct run run = { 0 };

	folder_text("health.json", config);
	RUN(&run, "--validate");
	if (words)
		run_expect_error(&run, line, support_format("health.json:%s", words));
	else
		run_expect(&run, line, 0,
			run_matches(run.out, "health.json: 1 check\n") ? run.out
								       : "health.json: " NUMBER
									 " checks\n",
			"");
}

void
rows_config(const struct config_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		validate(rows[i].line, rows[i].config, rows[i].words);
	support_settle();
}

void
rows_check(const struct config_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		validate(rows[i].line, support_format("{\"checks\": [{%s}]}", rows[i].config),
			rows[i].words);
	support_settle();
}
