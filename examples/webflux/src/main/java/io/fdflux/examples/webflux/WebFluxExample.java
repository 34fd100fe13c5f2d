package io.fdflux.examples.webflux;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The application; {@link Routes} lists its endpoints. */
@SpringBootApplication(proxyBeanMethods = false)
public class WebFluxExample {

    /** Called by Spring. */
    WebFluxExample() {}

    /**
     * Starts the server on port 8080, or on the port in {@code SERVER_PORT}.
     *
     * @param args settings for Spring Boot
     */
    public static void main(String[] args) {
        SpringApplication.run(WebFluxExample.class, args);
    }
}
