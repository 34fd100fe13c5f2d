/** Native functions through the Foreign Function and Memory API, with their symbols, constants and layouts. */
package io.fdflux.posix.ffi;
