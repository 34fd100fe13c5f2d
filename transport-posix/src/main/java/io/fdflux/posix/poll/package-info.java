/** The event queues of the kernel: epoll(7) and kqueue(2). */
package io.fdflux.posix.poll;
