package io.fdflux.spring;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;

/**
 * Matches if a client library has what its adapter uses. If not, one line in the log names versions that have it, and
 * the application starts with the client's own transport.
 */
abstract sealed class ClientFits extends SpringBootCondition implements ConfigurationCondition {

    private static final Log LOG = LogFactory.getLog(FdFluxAutoConfiguration.class);

    private final String library;
    private final String fitting;
    private final String type;
    private final String method;

    /**
     * Describes what is needed.
     *
     * @param library its name
     * @param fitting versions that fit
     * @param type    a class that all versions have, or that only fitting ones have
     * @param method  a method that fitting versions have
     */
    private ClientFits(String library, String fitting, String type, String method) {
        this.library = library;
        this.fitting = fitting;
        this.type = type;
        this.method = method;
    }

    /** With the beans, so that the line comes once, and behind all other conditions. */
    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("version of " + library);
        if (fits(context.getClassLoader())) {
            return ConditionOutcome.match(message.because("it fits"));
        }
        LOG.warn("fdflux: this version of %s does not fit; %s does. It stays on its own transport."
                .formatted(library, fitting));
        return ConditionOutcome.noMatch(message.because("it has no " + type + "." + method));
    }

    private boolean fits(ClassLoader loader) {
        try {
            Class<?> found = ClassUtils.forName(type, loader);
            while (found != null) {
                for (var declared : found.getDeclaredMethods()) {
                    if (declared.getName().equals(method)) {
                        return true;
                    }
                }
                found = found.getSuperclass();
            }
            return false;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    static final class Gateway extends ClientFits {
        Gateway() {
            super(
                    "Spring Cloud Gateway",
                    "5.0 (Spring Cloud 2025.1)",
                    "org.springframework.cloud.gateway.config.HttpClientCustomizer",
                    "customize");
        }
    }

    static final class Lettuce extends ClientFits {
        Lettuce() {
            super(
                    "Lettuce",
                    "7.5, which Spring Boot 4.1 manages,",
                    "io.lettuce.core.DriverInfo", // since 7.2; Spring Data itself needs it
                    "builder");
        }
    }

    static final class Mongo extends ClientFits {
        Mongo() {
            super(
                    "MongoDB's driver",
                    "5.8, which Spring Boot 4.1 manages,",
                    "com.mongodb.connection.NettyTransportSettings$Builder",
                    "socketChannelClass");
        }
    }
}
