/** The kernel's event queues: epoll(7) and kqueue(2). */
package io.fdflux.posix.poll;
