package io.fdflux.spring;

import io.fdflux.reactor.netty.FdLoopResources;
import io.r2dbc.spi.Option;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.r2dbc.autoconfigure.ConnectionFactoryOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Runs R2DBC connections on the loops of the server: those of the drivers for PostgreSQL, MariaDB and MySQL, which have
 * the same option for it. A {@code ConnectionFactory} of the application's own stays as it is.
 */
@AutoConfiguration(after = FdFluxAutoConfiguration.class)
@ConditionalOnClass(ConnectionFactoryOptionsBuilderCustomizer.class)
@ConditionalOnBooleanProperty(name = "fdflux.r2dbc.enabled", matchIfMissing = true)
@ConditionalOnSingleCandidate(FdLoopResources.class)
@Conditional(R2dbcAutoConfiguration.DriverOnReactorNetty.class)
class R2dbcAutoConfiguration {

    /** {@code LOOP_RESOURCES} of each driver. Options are constants by name. */
    private static final Option<Object> LOOP_RESOURCES = Option.valueOf("loopResources");

    /** First, so that a customizer of the application has the last word. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ConnectionFactoryOptionsBuilderCustomizer fdFluxR2dbcCustomizer(FdLoopResources resources, LoopsHolder loops) {
        return options -> {
            loops.usedBy("R2DBC");
            options.option(LOOP_RESOURCES, resources);
        };
    }

    /** Other drivers have no such option. */
    static final class DriverOnReactorNetty extends AnyNestedCondition {

        DriverOnReactorNetty() {
            super(ConfigurationPhase.PARSE_CONFIGURATION);
        }

        @ConditionalOnClass(name = "io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider")
        static class PostgreSql {}

        @ConditionalOnClass(name = "org.mariadb.r2dbc.MariadbConnectionFactoryProvider")
        static class MariaDb {}

        @ConditionalOnClass(name = "io.asyncer.r2dbc.mysql.MySqlConnectionFactoryProvider")
        static class MySql {}
    }
}
