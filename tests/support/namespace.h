/* namespace: a network of the tests' own, where loopback is all there is and port 53 is free. */
#ifndef NAMESPACE_H
#define NAMESPACE_H

#include "support.h"

/* Moves this program, and what it starts from now on, into a network namespace of its own, with
 * lo up, and where it must into one of users. To be called first of all in main. Ends the
 * program with status 1 where that cannot be: tests that cannot run have not passed. */
void namespace_enter(void);
/* Leaves the namespace just one port for connections that go out. */
void namespace_one_port(uint16_t port);
void namespace_any_port(void);

/* The name's place in the root folder that tests run the probe in: "etc/hosts" and the like.
 * Gives the folder, for struct run's root. */
const char *namespace_root(const char *resolv_conf, const char *hosts);

#endif
