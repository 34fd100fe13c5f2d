/** What BlockHound has to know of loops. It finds this package as a service. */
package io.fdflux.blockhound;
