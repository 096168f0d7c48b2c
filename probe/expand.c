#include <string.h>

#include "expand.h"

extern char **environ;

bool
expand_variable(struct slice name, struct slice *value)
{
	for (char **entry = environ; *entry; entry++) {
		if (strncmp(*entry, name.bytes, name.length) == 0 && (*entry)[name.length] == '=') {
			*value = slice_of(*entry + name.length + 1);
			return true;
		}
	}
	return false;
}

static struct slice
take_name(struct slice *in)
{
	struct slice name = slice_first(*in, 0);

	for (; name.length < in->length; name.length++) {
		char c = name.bytes[name.length], letter = (char)(c | 0x20);

		if (!((letter >= 'a' && letter <= 'z') || c == '_' ||
			    (name.length > 0 && c >= '0' && c <= '9')))
			break;
	}
	*in = slice_after(*in, name.length);
	return name;
}

/* what stands between "${" and the first '}' */
static struct slice
value_of(struct slice inside)
{
	struct slice rest = inside, name = take_name(&rest), value = { "", 0 };
	bool fallback = slice_starts(rest, ":-");

	if (name.length == 0 || (rest.length > 0 && !fallback))
		fail(slice_starts(inside, "file:")
				? "${%e} is not supported by this version"
				: "accepted are ${NAME}, ${NAME:-text} and $$, got \"${%e}\"", inside);
	if (!expand_variable(name, &value) && !fallback)
		fail("the variable %e is not set, ${%e:-text} gives it a default", name, name);
	return fallback && value.length == 0 ? slice_after(rest, 2) : value;
}

void
expand(struct slice in, struct text *out)
{
	while (in.length > 0) {
		bool dollar = slice_has(in, '$');
		char next;

		text_slice(out, slice_cut(&in, '$'));
		next = in.length > 0 ? in.bytes[0] : '\0';
		if (next == '{') {
			if (!slice_has(in, '}'))
				fail("\"${\" without '}': \"$%e\"", in);
			in = slice_after(in, 1);
			text_slice(out, value_of(slice_cut(&in, '}')));
		} else if (dollar) {
			text_char(out, '$');
			in = slice_after(in, next == '$');
		}
	}
}
