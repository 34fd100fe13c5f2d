/** What the starter adds for those who watch an application: meters, an Actuator endpoint, a health indicator. */
package io.fdflux.spring.observe;
