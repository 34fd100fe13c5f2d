/** Reads and writes descriptors of every kind, and describes open files. */
package io.fdflux.posix.io;
