/** The kqueue poller of macOS and the BSDs. Applications do not call it, because {@code ServiceLoader} finds it. */
package io.fdflux.kqueue;
