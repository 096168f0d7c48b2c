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
	bool open; /* and on its check's list; only then the rest means anything */
	int fd;
	enum want {
		WANT_NOTHING, /* the engine closes it and takes it off the list */
		WANT_READ,
		WANT_WRITE,
	} want;
	bool ready; /* set by the engine: what was wanted, or an error, is there */
};

/* what the checks of one run share */
struct run {
	struct arena arena;  /* for what a check needs as it goes */
	char *buffer;        /* RUN_BUFFER bytes to receive into; what is there after
	                        start or ready returns is lost */
	int64_t wall_ms;     /* the time of day at which the run began */
	const struct dns_settings *dns; /* read when first asked for, else NULL */
};

enum { RUN_BUFFER = 65536 };

struct check {
	const struct check_kind *kind;
	struct check *next;
	struct slice name;   /* empty: it goes by its target */
	struct slice target; /* as shown to a person */
	int64_t timeout_ms;  /* 0: the run's */
	bool optional;

	/* the rest belongs to a run; the engine clears it before start */
	struct run *run;
	struct watch *watches; /* every descriptor it has open is in this list */
	int64_t wake_us;       /* ready is called at this time whatever the descriptors do */
	bool starved;          /* it needs a descriptor and there was none: ready is called
	                          again when one has come free */
	int64_t began_us, elapsed_us; /* when it was started; from there to its verdict */
	struct verdict verdict;
};

enum field_type {
	FIELD_TARGET,   /* the kind's own key: a string, struct slice */
	FIELD_TEXT,     /* a string, struct slice */
	FIELD_BOOL,     /* bool */
	FIELD_DURATION, /* int64_t, milliseconds */
	FIELD_WHOLE,    /* a whole number, uint64_t */
	FIELD_STATUS,   /* a string, or a whole number as its digits, struct slice */
	FIELD_HEADERS,  /* an object of strings, struct pair * */
	FIELD_LATER,    /* a key of a later version, refused by name */
};

/* A key of health.json. The value is stored at offset in the kind's structure. */
struct field {
	char name[14]; /* empty: the end of a table */
	uint8_t type;
	uint16_t offset;
};

/* A kind's structure begins with its struct check. */
struct check_kind {
	char name[8];      /* the key in health.json, field 0 of the table, and the option */
	char argument[10]; /* "URL": what the option takes, for --help */
	const char *help;  /* what the option does */
	const struct field *fields;
	size_t size; /* of the kind's structure, which starts as all zeros */
	/* Called after each field was stored, with that field: is its value in order? False
	 * with the words of an error. */
	bool (*validate)(struct check *, const struct field *, struct error *);
	/* Called after each field too: words where what is stored so far contradicts itself,
	 * else NULL. The hook itself may be NULL. */
	const char *(*conflict)(const struct check *);
	/* Called once all fields are stored: makes what start needs, which lives as long as
	 * the arena. False with the words of an error. */
	bool (*prepare)(struct check *, struct arena *, struct error *);
	/* MUST open a descriptor, or set starved, or set the verdict. */
	void (*start)(struct check *);
	/* Called when a watch is ready, at wake_us, and after starved; may be called for no
	 * reason at all. MUST, unless start always sets the verdict. */
	void (*ready)(struct check *);
	/* Writes what the check is waiting for: "connecting to 10.0.0.7:5432". Goes with ready. */
	void (*doing)(struct check *, struct text *);
};

/* the kinds there are; NULL ends */
extern const struct check_kind *const check_kinds[];

/* the kind with this name, or NULL */
const struct check_kind *check_kind_named(struct slice);

/* Puts an open descriptor among the check's watches; the watch was not open. The caller
 * sets want; left at WANT_NOTHING, the engine closes it. */
void check_watch(struct check *, struct watch *, int fd);
/* Opens a non-blocking socket into a watch that is not open and puts it among the check's
 * watches; the caller sets want. False with errno; where descriptors have run out starved
 * is set. */
bool check_socket(struct check *, struct watch *, int family, int type);

void check_decide(struct check *, struct verdict);
/* the deadline has come: "timed out after 4000 ms while connecting to 10.0.0.7:5432" */
void check_time_out(struct check *, int64_t deadline_ms);
/* "connection reset while reading the body" */
void check_fail_errno(struct check *, int number);
/* "connection closed while reading the body" */
void check_fail_closed(struct check *);
/* a text that lives as long as the run, at most limit bytes of it: write, then check_keep */
struct text check_text(struct check *, size_t limit);
struct slice check_keep(struct check *, struct text *);

#endif
