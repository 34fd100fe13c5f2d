/** Internet sockets: their family, the addresses they accept, and the change of family to follow an address. */
package io.fdflux.netty.inet;
