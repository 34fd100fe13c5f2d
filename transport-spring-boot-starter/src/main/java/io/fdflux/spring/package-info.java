/** Spring Boot auto-configuration that puts servers and reactive clients on fdflux. */
package io.fdflux.spring;
