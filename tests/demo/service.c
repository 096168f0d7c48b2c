/* The service that the demo checks: GET /healthz over HTTP, PING as Redis answers it, and a
 * worker's heartbeat file, on 127.0.0.1 alone.
 *
 *     service HTTP_PORT CACHE_PORT HEARTBEAT
 *
 * A port that is taken is replaced by a free one; the first line of output names both.
 * SIGUSR1 breaks it: /healthz says 503 and the heart stops, while the cache goes on. It
 * answers one request a connection, and ends with SIGTERM. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	SILENT_FOR_S = 95,  /* how old the heartbeat of a broken service is */
	PATIENCE_MS = 1000, /* for a client to send its request */
};

static volatile sig_atomic_t asked_to_break;

static void
ask_to_break(int number)
{
	(void)number;
	asked_to_break = 1;
}

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* a listening socket on the port, or on a free one where that is taken */
static int
listen_on(const char *wanted, unsigned *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(wanted)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
		die("socket");
	if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 16) != 0) {
		address.sin_port = 0;
		if (errno != EADDRINUSE || bind(fd, (struct sockaddr *)&address, size) != 0 ||
			listen(fd, 16) != 0)
			die(wanted);
	}
	if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		die("getsockname");
	*port = ntohs(address.sin_port);
	return fd;
}

/* Writes the heartbeat as of so many seconds ago. */
static void
beat(const char *path, time_t ago_s)
{
	struct timespec times[2];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || clock_gettime(CLOCK_REALTIME, &times[0]) != 0)
		die(path);
	times[0].tv_sec -= ago_s;
	times[1] = times[0];
	if (futimens(fd, times) != 0)
		die(path);
	close(fd);
}

static const char *
http_answer(const char *request, bool broken)
{
	if (strncmp(request, "GET /healthz ", 13) != 0)
		return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	if (broken)
		return "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 22\r\n"
		       "Connection: close\r\n\r\nthe database is away\r\n";
	return "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nok\r\n";
}

static const char *
cache_answer(const char *request)
{
	return strcmp(request, "PING\r\n") == 0 ? "+PONG\r\n" : "-ERR unknown command\r\n";
}

/* Takes one connection, reads up to the end of a request, and answers it. */
static void
serve(int listener, bool http, bool broken)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct pollfd wanted = { .fd = fd, .events = POLLIN };
	const char *end = http ? "\r\n\r\n" : "\r\n", *answer;
	char request[4096] = "";
	size_t length = 0;

	if (fd < 0)
		return;
	while (!strstr(request, end) && length < sizeof(request) - 1 &&
		poll(&wanted, 1, PATIENCE_MS) > 0) {
		ssize_t got = recv(fd, request + length, sizeof(request) - 1 - length, 0);

		if (got <= 0)
			break;
		length += (size_t)got;
		request[length] = '\0';
	}
	answer = http ? http_answer(request, broken) : cache_answer(request);
	if (length > 0)
		send(fd, answer, strlen(answer), MSG_NOSIGNAL);
	close(fd);
}

int
main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = ask_to_break };
	unsigned http_port, cache_port;
	struct pollfd listeners[2];
	bool broken = false;

	if (argc != 4) {
		fputs("usage: service HTTP_PORT CACHE_PORT HEARTBEAT\n", stderr);
		return 1;
	}
	listeners[0] = (struct pollfd){ listen_on(argv[1], &http_port), POLLIN, 0 };
	listeners[1] = (struct pollfd){ listen_on(argv[2], &cache_port), POLLIN, 0 };
	beat(argv[3], 0);
	sigaction(SIGUSR1, &action, NULL);
	printf("serving %u %u\n", http_port, cache_port);
	fflush(stdout);
	for (;;) {
		int ready = poll(listeners, 2, broken ? 100 : 500);

		if (asked_to_break && !broken) {
			broken = true;
			beat(argv[3], SILENT_FOR_S);
			puts("broken");
			fflush(stdout);
		}
		if (!broken)
			beat(argv[3], 0);
		if (ready <= 0)
			continue;
		if (listeners[0].revents)
			serve(listeners[0].fd, true, broken);
		if (listeners[1].revents)
			serve(listeners[1].fd, false, broken);
	}
}
