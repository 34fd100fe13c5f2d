/** Spring Boot auto-configuration that puts WebFlux and WebClient on fdflux. */
package io.fdflux.spring;
