/**
 * Writes files and pipes to sockets: without copying where the system and the region allow it, else through a buffer.
 */
package io.fdflux.netty.file;
