#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "namespace.h"

static void
give_up(const char *what)
{
	fprintf(stderr, "namespace: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

static void
become_root(unsigned user, unsigned group)
{
	char map[64];

	if (!write_file("/proc/self/setgroups", "deny"))
		give_up("setgroups");
	snprintf(map, sizeof(map), "0 %u 1", user);
	if (!write_file("/proc/self/uid_map", map))
		give_up("uid_map");
	snprintf(map, sizeof(map), "0 %u 1", group);
	if (!write_file("/proc/self/gid_map", map))
		give_up("gid_map");
}

static void
raise_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		give_up("socket");
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request) != 0)
		give_up("lo");
	close(fd);
}

void
namespace_enter(void)
{
	unsigned user = geteuid(), group = getegid();

	if (unshare(CLONE_NEWNET) != 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
			give_up("unshare");
		become_root(user, group);
	}
	raise_loopback();
}

static void
set_ports(const char *range)
{
	if (!write_file("/proc/sys/net/ipv4/ip_local_port_range", range))
		fail_msg("ip_local_port_range: %s", strerror(errno));
}

void
namespace_one_port(uint16_t port)
{
	set_ports(support_format("%u %u", port, port));
}

void
namespace_any_port(void)
{
	set_ports("32768 60999");
}

const char *
namespace_root(const char *resolv_conf, const char *hosts)
{
	folder_path("root/etc/");
	if (resolv_conf)
		folder_text("root/etc/resolv.conf", resolv_conf);
	if (hosts)
		folder_text("root/etc/hosts", hosts);
	return support_format("%s/root", folder());
}
