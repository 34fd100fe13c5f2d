/** The epoll poller: Linux. Users meet it by its name, {@code epoll}. */
package io.fdflux.epoll;
