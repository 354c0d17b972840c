/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saltyos-exec: runs one command for scripts/exec on the host.
 *
 * The console is the only wire. After the greeting line everything this program sends is frames, a header of
 * FRAME_HEAD bytes (FRAME_MARK, type, length low, length high), the payload and FRAME_END, so that the command's stdout and stderr arrive
 * apart and unchanged. The kernel says lines on the same wire between any two bytes; as no payload has KERNEL_NAME in it (it is sent in two
 * frames), they can be taken out before the frames are read.
 *
 *   to the host    'o' stdout   'e' stderr   'c' credit: that many more stdin bytes may be sent (32 bits)
 *                  'x' the command's wait status (32 bits), the last frame
 *   from the host  'i' stdin bytes (never more than the credit)   'z' end of stdin
 *
 * The command is /run/exec/command: argv as NUL-terminated strings. Its working directory is / and its environment this
 * program's. If there is a file /run/exec/stdin that is its stdin, and the wire carries none. A malformed frame ends the run with status 125. The run ends with the command, not with what it left in the
 * background: a pipe that a daemon still holds open is read empty and given up. Then the machine is switched off.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define COMMAND_FILE "/run/exec/command"
#define STDIN_FILE "/run/exec/stdin"
#define GREETING "\r\nsaltyos-exec 1\r\n"
#define FRAME_MARK 0x1e
#define FRAME_HEAD 4
#define FRAME_END '\n'     /* no byte of KERNEL_NAME: who has seen it knows that no line of the kernel begins in the payload's last bytes */
#define KERNEL_NAME "kernite: "
#define OUTPUT_CHUNK 3072
#define STDIN_WINDOW 4096
#define STATUS_BROKEN (125 << 8)
#define LEFT_MAX 65536 /* a full pipe */

struct input {
	int fd;                       /* the command's stdin, or -1 */
	unsigned char data[STDIN_WINDOW];
	size_t begin, end;
	bool is_ended;
};

struct frame_reader {
	unsigned char head[FRAME_HEAD];
	size_t have;    /* bytes of the head */
	size_t left;    /* payload bytes still to come */
};

static int child_ended[2]; /* a byte arrives in this pipe with SIGCHLD */

static void on_child(int signal)
{
	int saved = errno;

	(void)signal;
	(void)write(child_ended[1], "", 1);
	errno = saved;
}

static void fail(const char *what)
{
	fprintf(stderr, "saltyos-exec: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void console_write(const void *data, size_t size)
{
	const char *at = data;

	while (size) {
		ssize_t n = write(1, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			exit(1);
		at += n;
		size -= (size_t)n;
	}
}

static void send_frame(char type, const void *payload, size_t size)
{
	unsigned char frame[FRAME_HEAD + OUTPUT_CHUNK + 1];

	frame[0] = FRAME_MARK;
	frame[1] = (unsigned char)type;
	frame[2] = (unsigned char)size;
	frame[3] = (unsigned char)(size >> 8);
	memcpy(frame + FRAME_HEAD, payload, size);
	frame[FRAME_HEAD + size] = FRAME_END;
	console_write(frame, FRAME_HEAD + size + 1);
}

static void send_output(char type, const char *data, size_t size)
{
	const char *name;

	while ((name = memmem(data, size, KERNEL_NAME, sizeof KERNEL_NAME - 1)) != NULL) {
		const size_t part = (size_t)(name - data) + 1;

		send_frame(type, data, part);
		data += part;
		size -= part;
	}
	if (size)
		send_frame(type, data, size);
}

static void send_word(char type, uint32_t word)
{
	const unsigned char bytes[4] = {(unsigned char)word, (unsigned char)(word >> 8),
	    (unsigned char)(word >> 16), (unsigned char)(word >> 24)};

	send_frame(type, bytes, sizeof bytes);
}

/* argv from COMMAND_FILE; the strings live as long as the program. */
static char **read_command(void)
{
	struct stat st;
	int fd = open(COMMAND_FILE, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		fail(COMMAND_FILE);
	size_t size = (size_t)st.st_size;
	char *text = malloc(size + 1);
	char **argv = calloc(size + 2, sizeof *argv);

	if (!text || !argv || read(fd, text, size) != (ssize_t)size || size == 0)
		fail(COMMAND_FILE);
	close(fd);
	text[size] = '\0';
	size_t count = 0;
	for (char *at = text; at < text + size; at += strlen(at) + 1)
		argv[count++] = at;
	return argv;
}

/* What the command reads, and in `feed` where its bytes are written to, or -1. */
static int open_stdin(int *feed)
{
	int in[2], file = open(STDIN_FILE, O_RDONLY | O_CLOEXEC);

	*feed = -1;
	if (file >= 0)
		return file;
	if (pipe2(in, O_CLOEXEC) < 0)
		fail("pipe");
	*feed = in[1];
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	return in[0];
}

static pid_t start(char **argv, int fds[3])
{
	int in, out[2], err[2];

	in = open_stdin(&fds[0]);
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		fail("pipe");
	pid_t pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		dup2(in, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		execvp(argv[0], argv);
		fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
		_exit(errno == ENOENT ? 127 : 126);
	}
	close(in);
	close(out[1]);
	close(err[1]);
	fds[1] = out[0];
	fds[2] = err[0];
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	return pid;
}

/* Passes on what one of the command's outputs has; false at its end. */
static bool pass_output(int fd, char type)
{
	char buffer[OUTPUT_CHUNK];
	ssize_t n = read(fd, buffer, sizeof buffer);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	if (n > 0)
		send_output(type, buffer, (size_t)n);
	return n > 0;
}

/* Frames from the host into the stdin buffer; false if they make no sense. */
static bool take_frames(struct frame_reader *reader, struct input *input, const unsigned char *data, size_t size)
{
	while (size) {
		if (reader->left) {
			size_t n = size < reader->left ? size : reader->left;

			if (input->end + n > sizeof input->data)
				return false;
			memcpy(input->data + input->end, data, n);
			input->end += n;
			reader->left -= n;
			data += n;
			size -= n;
			continue;
		}
		reader->head[reader->have++] = *data++;
		size--;
		if (reader->have < FRAME_HEAD)
			continue;
		reader->have = 0;
		size_t length = (size_t)(reader->head[2] | reader->head[3] << 8);
		if (reader->head[0] != FRAME_MARK)
			return false;
		if (reader->head[1] == 'z' && length == 0)
			input->is_ended = true;
		else if (reader->head[1] == 'i' && length <= STDIN_WINDOW)
			reader->left = length;
		else
			return false;
	}
	return true;
}

/* Moves buffered stdin into the command's pipe and gives the host new credit for it. */
static void feed(struct input *input)
{
	if (input->fd >= 0 && input->begin < input->end) {
		ssize_t n = write(input->fd, input->data + input->begin, input->end - input->begin);

		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			close(input->fd); /* it does not read any more; drop what it leaves */
			input->fd = -1;
		} else if (n > 0) {
			input->begin += (size_t)n;
		}
	}
	if (input->fd < 0)
		input->begin = input->end;
	if (input->begin == input->end && input->end) {
		send_word('c', (uint32_t)input->end);
		input->begin = input->end = 0;
	}
	if (input->fd >= 0 && input->is_ended && input->begin == input->end) {
		close(input->fd);
		input->fd = -1;
	}
}

/* What is left in a pipe after the command's end: a full one at most, for who is still alive may go on writing for ever. */
static void drain(int fd, char type)
{
	char buffer[OUTPUT_CHUNK];
	ssize_t n;

	for (size_t left = LEFT_MAX; fd >= 0 && left; left -= (size_t)n) {
		n = read(fd, buffer, left < sizeof buffer ? left : sizeof buffer);
		if (n <= 0)
			return;
		send_output(type, buffer, (size_t)n);
	}
}

static int serve(pid_t pid, int fds[3])
{
	static struct input input;
	struct frame_reader reader = {0};
	int status;

	input.fd = fds[0];
	if (input.fd >= 0)
		send_word('c', STDIN_WINDOW);
	for (;;) {
		struct pollfd polls[5] = {
		    {.fd = 0, .events = POLLIN},
		    {.fd = fds[1], .events = POLLIN},
		    {.fd = fds[2], .events = POLLIN},
		    {.fd = input.begin < input.end ? input.fd : -1, .events = POLLOUT},
		    {.fd = child_ended[0], .events = POLLIN},
		};

		if (poll(polls, 5, -1) < 0 && errno != EINTR)
			fail("poll");
		if (polls[0].revents) {
			unsigned char data[STDIN_WINDOW];
			ssize_t n = read(0, data, sizeof data);

			if (n > 0 && !take_frames(&reader, &input, data, (size_t)n)) {
				kill(pid, SIGKILL);
				return STATUS_BROKEN;
			}
		}
		for (int i = 1; i <= 2; i++) {
			if (polls[i].revents && !pass_output(fds[i], i == 1 ? 'o' : 'e')) {
				close(fds[i]);
				fds[i] = -1;
			}
		}
		feed(&input);
		if (polls[4].revents) {
			char byte;

			(void)read(child_ended[0], &byte, 1);
			if (waitpid(pid, &status, WNOHANG) == pid)
				break;
		}
	}
	drain(fds[1], 'o');
	drain(fds[2], 'e');
	return status;
}

int main(void)
{
	struct termios raw;
	int fds[3];

	/* init starts it without descriptors. Nobody's terminal: through /dev/tty the command would read frames and change how they are sent. */
	if (open("/dev/console", O_RDWR | O_NOCTTY) != 0 || dup(0) != 1 || dup(0) != 2)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	if (tcgetattr(0, &raw) < 0)
		fail("console");
	cfmakeraw(&raw);
	if (tcsetattr(0, TCSANOW, &raw) < 0)
		fail("console");
	if (pipe2(child_ended, O_CLOEXEC | O_NONBLOCK) < 0 ||
	    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = on_child, .sa_flags = SA_NOCLDSTOP}, NULL) < 0)
		fail("signals");
	console_write(GREETING, sizeof GREETING - 1);
	pid_t pid = start(read_command(), fds);
	send_word('x', (uint32_t)serve(pid, fds));
	/* The frame is out before the machine is off; what the command has left behind ends with it. */
	tcdrain(1);
	sync();
	reboot(RB_POWER_OFF);
	fail("power off");
}
