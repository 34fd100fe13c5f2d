package io.fdflux.spring;

/** The libraries that the tests' class path has, and that most applications do not. */
public final class Clients {

    private static final String NO_CLIENTS =
            "spring.autoconfigure.exclude=org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration,"
                    + "org.springframework.boot.mongodb.autoconfigure.MongoReactiveAutoConfiguration,"
                    + "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration,"
                    + "org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration";

    private static final String NO_GATEWAY = "spring.cloud.gateway.server.webflux.enabled=false";

    private static final String SECURITY = "org.springframework.boot.security.autoconfigure.";

    /** Properties of an application that uses none of them. */
    public static final String[] NONE = {
        NO_CLIENTS + ","
                + SECURITY + "ReactiveUserDetailsServiceAutoConfiguration,"
                + SECURITY + "actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration,"
                + SECURITY + "web.reactive.ReactiveWebSecurityAutoConfiguration",
        NO_GATEWAY
    };

    /** Properties of an application that uses Spring Security alone. They may follow {@link #NONE}. */
    public static final String[] SECURITY_ALONE = {NO_CLIENTS, NO_GATEWAY};

    private Clients() {}
}
