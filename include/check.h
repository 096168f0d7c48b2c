/* check: one check of a run, the kinds there are, and how a kind meets the engine. */
#ifndef CHECK_H
#define CHECK_H

#include "verdict.h"

enum {
	CHECK_LIMIT = 1024,
	CHECK_WATCHES = 72, /* descriptors that one check may have open at once */
};

/* One descriptor that a check has open. The check opens it and says what it waits for;
 * the engine polls it and alone closes it. */
struct watch {
	struct watch *next;
	int fd;
	bool open;  /* and on its check's list; only then the rest means anything */
	bool ready; /* set by the engine: what was wanted, or an error, is there */
	enum want {
		WANT_NOTHING, /* the engine closes it and takes it off the list */
		WANT_READ,
		WANT_WRITE,
	} want;
};

enum { RUN_BUFFER = 65536 };

/* what the checks of one run share */
struct run {
	struct arena arena; /* for what a check needs as it goes */
	/* RUN_BUFFER bytes to receive into; what is there after start or ready returns is lost */
	char *buffer;
	int64_t wall_ms; /* the time of day, of the run's start or of a starved check's return */
	const struct dns_settings *dns; /* read when first asked for, else NULL */
};

struct check {
	const struct check_kind *kind;
	struct check *next;
	struct slice name;   /* empty: it goes by its target */
	struct slice target; /* as shown to a person */
	int64_t timeout_ms;  /* 0: the run's */
	bool optional;

	/* the rest belongs to a run; the engine clears it before start */
	/* it needs a descriptor and there was none: ready is called again when one is free */
	bool starved;
	int64_t limit_ms; /* its deadline, from the start of the run */
	struct run *run;
	struct watch *watches;        /* every descriptor it has open is in this list */
	int64_t wake_us;              /* ready is called at this time whatever the descriptors do */
	int64_t began_us, elapsed_us; /* when it was started; from there to its verdict */
	struct verdict verdict;
};

/* A key of an object of health.json, and what reads its value into a structure. */
struct field {
	const char *name; /* NULL ends a table */
	/* Reads the value that the configuration has come to (see config.h), or refuses it. */
	void (*take)(void *structure);
};

/* A kind's structure begins with its struct check. */
struct check_kind {
	const struct field *fields; /* the first is the target: its name is the kind's, the key
	                               in health.json and the option */
	size_t size;                /* of the kind's structure, which starts as all zeros */
	const char *help;           /* the option's line, as options has them */
	/* Called after each field: words where what has been read so far contradicts itself,
	 * else NULL. It may be NULL itself. */
	const char *(*conflict)(const struct check *);
	/* Called once all fields are read: makes what start needs. False where the arena has
	 * no room. NULL where it needs nothing. */
	bool (*prepare)(struct check *, struct arena *);
	/* MUST open a descriptor, or set starved, or decide. */
	void (*start)(struct check *);
	/* Called when a watch is ready, at wake_us, and after starved; may be called for no
	 * reason at all. */
	void (*ready)(struct check *);
	/* Writes what the check is waiting for: "connecting to 10.0.0.7:5432". Like ready it may
	 * be NULL where start always decides. */
	void (*doing)(struct check *, struct text *);
};

/* the kinds there are; NULL ends */
extern const struct check_kind *const check_kinds[];

/* Puts an open descriptor among the check's watches; the watch was not open. The caller
 * sets want; left at WANT_NOTHING, the engine closes it. */
void check_watch(struct check *, struct watch *, int fd);
/* Opens a non-blocking socket into a watch that is not open and puts it among the check's
 * watches; the caller sets want. False with errno; where descriptors have run out starved
 * is set. */
bool check_socket(struct check *, struct watch *, int family, int type);

/* Sets the verdict; after the outcome come what its words ask for. */
void check_decide(struct check *, enum outcome, ...);
/* "connection reset while reading the body" */
void check_fail_errno(struct check *, int number);
/* what the check is doing; lives as long as the run */
struct slice check_doing(struct check *);
/* Ends a text opened on the run's arena. One that was cut shows it. */
struct slice check_keep(struct check *, struct text *);

enum { CHECK_WORDS = 1000 }; /* bytes of a verdict, at most */

#endif
