/** The epoll poller of Linux. Users select it by its name, {@code epoll}. */
package io.fdflux.epoll;
