/** Reading and writing descriptors of every kind, and what a descriptor has open. */
package io.fdflux.posix.io;
