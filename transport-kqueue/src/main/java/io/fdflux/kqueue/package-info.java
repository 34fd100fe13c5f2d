/** The kqueue poller of macOS and the BSDs. Nothing here is called by applications: {@code ServiceLoader} finds it. */
package io.fdflux.kqueue;
