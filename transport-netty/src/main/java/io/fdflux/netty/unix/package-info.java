/** Unix-domain sockets: their names, their files, and the transfer of descriptors. */
package io.fdflux.netty.unix;
