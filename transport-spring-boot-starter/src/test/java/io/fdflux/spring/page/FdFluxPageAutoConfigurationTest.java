package io.fdflux.spring.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.spring.FdFluxAutoConfiguration;
import io.fdflux.spring.Log;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.web.reactive.function.server.RouterFunction;

/** When the page is served, and what is said when it cannot be. The application starts in any case. */
class FdFluxPageAutoConfigurationTest {

    private static final AutoConfigurations OURS =
            AutoConfigurations.of(FdFluxAutoConfiguration.class, FdFluxPageAutoConfiguration.class);

    private final ReactiveWebApplicationContextRunner reactive = new ReactiveWebApplicationContextRunner()
            .withPropertyValues("spring.reactor.netty.shutdown-quiet-period=0s", "fdflux.page.enabled=true")
            .withConfiguration(OURS)
            .withConfiguration(AutoConfigurations.of(NettyReactiveWebServerAutoConfiguration.class));

    private final Log log = Log.of(FdFluxPageAutoConfiguration.class);

    @AfterEach
    void closeLog() {
        log.close();
    }

    private void assertOneWarning(String text) {
        assertThat(log.warnings())
                .singleElement()
                .asString()
                .contains("fdflux.page.enabled asks for the page, which is not served", text);
    }

    @Test
    void itIsOffByDefault() {
        new ReactiveWebApplicationContextRunner().withConfiguration(OURS).run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(PageRoutes.class);
            assertThat(log.lines()).isEmpty();
        });
    }

    @Test
    void anApplicationWithoutManagementPortHasItOnItsOwn() {
        reactive.run(context -> {
            assertThat(context).hasSingleBean(RouterFunction.class).hasSingleBean(PageRoutes.class);
            assertThat(log.lines()).isEmpty();
        });
    }

    @Test
    void aManagementPortKeepsItOffTheApplications() {
        reactive.withPropertyValues("management.server.port=0")
                .run(context ->
                        assertThat(context).hasSingleBean(PageRoutes.class).doesNotHaveBean(RouterFunction.class));
    }

    @Test
    void withoutActuatorTheManagementPortIsUnknown() {
        reactive.withPropertyValues("management.server.port=0")
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aManagementPortThatIsOffKeepsItOffEverywhere() {
        reactive.withPropertyValues("management.server.port=-1").run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(RouterFunction.class);
            assertOneWarning("management.server.port is negative");
        });
    }

    @Test
    void withoutAWebServerOneLineSaysSo() {
        new ApplicationContextRunner()
                .withPropertyValues("spring.reactor.netty.shutdown-quiet-period=0s", "fdflux.page.enabled=true")
                .withConfiguration(OURS)
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(PageRoutes.class);
                    assertOneWarning("no web server. spring-boot-starter-webflux brings one");
                });
    }

    @Test
    void inAServletApplicationOneLineSaysSo() {
        new WebApplicationContextRunner()
                .withPropertyValues("spring.reactor.netty.shutdown-quiet-period=0s", "fdflux.page.enabled=true")
                .withConfiguration(OURS)
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(PageRoutes.class);
                    assertOneWarning("servlet application");
                });
    }

    @Test
    void withoutFdfluxOneLineSaysSo() {
        reactive.withPropertyValues("fdflux.enabled=false").run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(PageRoutes.class);
            assertOneWarning("does not run on fdflux");
        });
    }

    @Test
    void withoutJacksonOneLineSaysSo() {
        reactive.withClassLoader(new FilteredClassLoader("tools.jackson")).run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(PageRoutes.class);
            assertOneWarning("Jackson is missing");
        });
    }

    @Test
    void aPathThatIsNoneFailsTheStart() {
        for (String path : new String[] {"/", "fdflux", "/a/{b}", "/**", " "}) {
            reactive.withPropertyValues("fdflux.page.path=" + path)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                            .hasMessageContaining("fdflux.page.path"));
        }
    }

    @Test
    void slashesBehindThePathAreAllOne() {
        reactive.withPropertyValues("fdflux.page.path=/ops/demand//")
                .run(context ->
                        assertThat(context.getBean(PageRoutes.class).path()).isEqualTo("/ops/demand"));
    }
}
