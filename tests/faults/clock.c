/* A time of day that is moved while programs run. Preloaded, it adds the seconds that it finds at the start of the file
   VOIPADMIN_CLOCK_FILE (a 64-bit integer, shared memory) to the real-time clock. Monotonic clocks stay as they are, as
   they do when somebody sets the clock of a machine. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile const int64_t *offset;

__attribute__((constructor)) static void find_offset(void)
{
	const char *path = getenv("VOIPADMIN_CLOCK_FILE");
	int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *memory;

	if (file < 0)
		return;
	memory = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
	close(file);
	if (memory != MAP_FAILED)
		offset = memory;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int status = syscall(SYS_clock_gettime, clock, now);

	if (status == 0 && offset && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += *offset;
	return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec exact;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &exact) == 0) {
		now->tv_sec = exact.tv_sec;
		now->tv_usec = exact.tv_nsec / 1000;
	}
	return 0;
}

time_t time(time_t *where)
{
	struct timespec exact;

	clock_gettime(CLOCK_REALTIME, &exact);
	if (where)
		*where = exact.tv_sec;
	return exact.tv_sec;
}
