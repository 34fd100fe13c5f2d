/**
 * Files as streams: reading and writing off the loops, changes of files and directories, and following a file's end.
 * What may block runs on threads of {@code Schedulers.boundedElastic()}; signals of {@link io.fdflux.file.ChangesFlux}
 * and {@link io.fdflux.file.TailFlux} come on a loop.
 */
package io.fdflux.file;
