#include <string.h>

#include "expand.h"

extern char **environ;

const char *
expand_variable(struct slice name)
{
	for (char **entry = environ; *entry; entry++) {
		if (strncmp(*entry, name.bytes, name.length) == 0 && (*entry)[name.length] == '=')
			return *entry + name.length + 1;
	}
	return NULL;
}

/* Writes what stands for "${inside}"; false: it is malformed. */
static bool
print_variable(struct slice inside, struct text *out)
{
	const char *at = inside.bytes, *end = at + inside.length, *value;
	struct slice name = inside;
	bool fallback;

	if (is_digit(*at))
		return false;
	while (is_letter(*at) || is_digit(*at) || *at == '_')
		at++;
	name.length = (size_t)(at - name.bytes);
	fallback = at[0] == ':' && at[1] == '-';
	if (name.length == 0 || (at < end && !fallback))
		return false;
	value = expand_variable(name);
	if (fallback && (!value || !*value)) {
		text_slice(out, (struct slice){ at + 2, (size_t)(end - at - 2) });
		return true;
	}
	if (!value)
		refuse("the variable %e is not set", name);
	text_slice(out, slice_of(value));
	return true;
}

void
expand(struct slice in, struct text *out)
{
	const char *end = in.bytes + in.length;

	for (const char *at = in.bytes; at < end; at++) {
		char next = at + 1 < end ? at[1] : '\0';

		if (*at == '$' && next == '{') {
			struct slice rest = { at + 2, (size_t)(end - at - 2) };
			struct slice inside = slice_first(rest, slice_find(rest, '}'));

			if (inside.length == rest.length)
				refuse("\"${\" without its '}'");
			/* what follows may be secret, and is not shown */
			if (!print_variable(inside, out))
				refuse(slice_starts(inside, "file:")
						? "\"${%e}\" is not supported by this version"
						: "accepted are ${NAME}, ${NAME:-text} and $$, got \"${%e}\"",
					inside);
			at = inside.bytes + inside.length;
		} else {
			text_char(out, *at);
			at += *at == '$' && next == '$';
		}
	}
}
