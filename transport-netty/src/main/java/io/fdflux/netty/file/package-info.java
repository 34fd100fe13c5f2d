/**
 * Writes files and pipes to sockets without copying them, or copies where the system or the region leaves no
 * better way.
 */
package io.fdflux.netty.file;
