/* support: what every test of the binary begins and ends with: a folder of its own, strings
 * and children that last as long as the test. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <setjmp.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* a cmocka test with the set-up and tear-down of this room */
#define TEST(function) cmocka_unit_test_setup_teardown(function, support_begin, support_end)

enum { SUPPORT_PATIENCE_MS = 30000 }; /* past it whatever is waited for is a failure */

int support_begin(void **state);
/* ends the children by their pids, removes the folder */
int support_end(void **state);
/* ends and begins in the middle of a test, for rows that want the same port */
void support_renew(void);

/* Notes that a row of a table is not as it should be, so that the rows after it are seen, too;
 * support_settle then fails the test. What is never settled support_end takes for an error. */
void support_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
void support_settle(void);

/* a child that support_end kills and waits for */
void support_adopt(pid_t pid);
/* Forks. The child dies with the test and must end by _exit; the parent gets its pid, which
 * is adopted. */
pid_t support_fork(void);
/* a string that lasts until support_end */
char *support_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* size bytes, all zeros, that last until support_end */
void *support_memory(size_t size);
/* the same, shared with the children that are forked later */
void *support_shared(size_t size);
int64_t support_now_ms(void);
void support_sleep_ms(int ms);

/* The test's folder, and a path in it. A name may have folders in it; they are made. */
const char *folder(void);
char *folder_path(const char *name);
char *folder_write(const char *name, const void *bytes, size_t size);
char *folder_text(const char *name, const char *text);
/* moves a file's time of modification, away from now */
void folder_age(const char *name, int64_t seconds);

#endif
