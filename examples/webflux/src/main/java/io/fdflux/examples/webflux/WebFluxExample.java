package io.fdflux.examples.webflux;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The application; {@link Routes} says what it serves. */
@SpringBootApplication(proxyBeanMethods = false)
public class WebFluxExample {

    /** For Spring. */
    WebFluxExample() {}

    /**
     * Starts the server on port 8080, or the one that {@code SERVER_PORT} names.
     *
     * @param args settings, as Spring Boot takes them
     */
    public static void main(String[] args) {
        SpringApplication.run(WebFluxExample.class, args);
    }
}
