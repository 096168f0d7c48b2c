/* rows: tables of what a peer does, or a configuration says, and what the probe says to it. */
#ifndef ROWS_H
#define ROWS_H

#include "peer.h"
#include "run.h"

/* for the fields that a macro ROW begins with */
#define ROW .line = __LINE__

struct answer_row {
	int line;
	const char *keys; /* of the check, besides its target: "\"contains\": \"x\"" */
	struct peer_step script[10];
	bool healthy;
	const char *verdict;
};

/* Each row with a peer of its own, at http://127.0.0.1:PORT/x or tcp 127.0.0.1:PORT. */
void rows_http(const struct answer_row *, size_t count);
void rows_tcp(const struct answer_row *, size_t count);

struct config_row {
	int line;
	const char *config; /* of health.json */
	const char *words;  /* the error less "probe: health.json:"; NULL: it is in order */
};

/* Each row through --validate. */
void rows_config(const struct config_row *, size_t count);
/* The same, the row's text being the inside of the only check; its first byte is at 1:14. */
void rows_check(const struct config_row *, size_t count);

#endif
