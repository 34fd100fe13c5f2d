/**
 * Native functions and what C headers say of them: symbols, constants and layouts, found through the Foreign Function
 * and Memory API.
 */
package io.fdflux.posix.ffi;
