#include <errno.h>
#include <sys/socket.h>

#include "check.h"

/* the kinds there are, in the order of --help; a new one is its file and a line here */
#define CHECK_KINDS(KIND) \
	KIND(check_http) \
	KIND(check_tcp) \
	KIND(check_file)

#define DECLARE(kind) extern const struct check_kind kind;
#define LIST(kind) &(kind),

CHECK_KINDS(DECLARE)

const struct check_kind *const check_kinds[] = { CHECK_KINDS(LIST) NULL };

void
check_watch(struct check *check, struct watch *watch, int fd)
{
	*watch = (struct watch){ .next = check->watches, .open = true, .fd = fd };
	check->watches = watch;
}

bool
check_socket(struct check *check, struct watch *watch, int family, int type)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		check_watch(check, watch, fd);
	else
		check->starved = errno == EMFILE || errno == ENFILE;
	return fd >= 0;
}

struct slice
check_keep(struct check *check, struct text *text)
{
	if (text->cut && text->length >= 3) {
		text->length -= 3;
		while (text->length > 0 && text->bytes[text->length - 1] & 0x80)
			text->length--; /* rather than half a character */
		text_print(text, "...");
	}
	return text->capacity > 0 ? text_keep(&check->run->arena, text) : slice_of("out of memory");
}

void
check_decide(struct check *check, enum outcome outcome, ...)
{
	struct text text;
	va_list list;

	text_open(&text, &check->run->arena, CHECK_WORDS);
	va_start(list, outcome);
	text_print_list(&text, outcome_format(outcome), &list);
	va_end(list);
	check->verdict = (struct verdict){ outcome, check_keep(check, &text) };
}

struct slice
check_doing(struct check *check)
{
	struct text text;

	text_open(&text, &check->run->arena, CHECK_WORDS / 2);
	check->kind->doing(check, &text);
	if (check->starved)
		text_print(&text, " (no free descriptor)");
	return check_keep(check, &text);
}

void
check_fail_errno(struct check *check, int number)
{
	check_decide(check, OUTCOME_ERROR, errno_words(number), check_doing(check));
}
