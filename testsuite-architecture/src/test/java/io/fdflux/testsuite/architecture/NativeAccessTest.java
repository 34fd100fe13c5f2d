package io.fdflux.testsuite.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaModifier;
import io.fdflux.posix.ffi.NativeFunctions;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** One class links: {@link NativeFunctions}. Its module is the only one that needs native access. */
class NativeAccessTest {

    /** The JDK marks what {@code --enable-native-access} is about. */
    private static final String RESTRICTED = "jdk.internal.javac.Restricted";

    @Test
    void oneClassLinks() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(NativeFunctions.class)
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Linker.class, SymbolLookup.class)
                .check(House.CLASSES);
    }

    @Test
    void oneClassCallsRestrictedMethods() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(NativeFunctions.class)
                .should()
                .accessTargetWhere(describe("a method is restricted", NativeAccessTest::isRestricted))
                .check(House.CLASSES);
    }

    @Test
    void restrictedMethodsAreKnown() {
        assertThat(restricted(MemorySegment.class)).contains("reinterpret");
        assertThat(restricted(Linker.class)).contains("downcallHandle", "upcallStub");
        assertThat(restricted(System.class)).contains("load", "loadLibrary");
    }

    /** The Flight Recorder's package is an API (JEP 328). */
    @Test
    void nothingUsesInternalsOfTheJdk() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("sun..", "com.sun..", "jdk..")
                        .and(DescribedPredicate.not(resideInAPackage("jdk.jfr"))))
                .check(House.CLASSES);
    }

    @Test
    void noMethodIsNative() {
        noMethods().should().haveModifier(JavaModifier.NATIVE).check(House.CLASSES);
    }

    private static boolean isRestricted(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        return owner.startsWith("java.") && restricted(load(owner)).contains(access.getName());
    }

    private static Set<String> restricted(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> Arrays.stream(method.getAnnotations())
                        .anyMatch(mark -> mark.annotationType().getName().equals(RESTRICTED)))
                .map(method -> method.getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, ClassLoader.getPlatformClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
