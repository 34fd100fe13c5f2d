/** What Unix-domain sockets have besides: names, the files that they leave, and descriptors that are passed. */
package io.fdflux.netty.unix;
