/** Children of this process: {@link io.fdflux.process.Child} from its start until it is reaped. */
package io.fdflux.process;
