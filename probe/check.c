#include <errno.h>
#include <sys/socket.h>

#include "check.h"

extern const struct check_kind check_http, check_tcp, check_file;

const struct check_kind *const check_kinds[] = {
	&check_http,
	&check_tcp,
	&check_file,
	NULL,
};

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
	return text_keep(&check->run->arena, text);
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
