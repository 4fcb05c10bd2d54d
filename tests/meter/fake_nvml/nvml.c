/* A GPU that is not there: the calls of NVML (nvml.h) that LeanMed and Zeus make, answered from a script.

   The script is in environment variables, read at the first nvmlInit, from which time counts:
     FAKE_NVML_POWER       watts as a step function of seconds, "0:100,5:300"
     FAKE_NVML_PERIOD_MS   how often the energy counter moves
     FAKE_NVML_ENERGY      ok, unsupported, zero or stuck
     FAKE_NVML_RESET_AT    seconds after which the energy counter begins anew
     FAKE_NVML_SENSOR_MS   how often power is looked at anew, by a sensor that looks at a quarter of the time, as the
                           A100's and H100's do (arXiv 2312.02741); 0 for one that sees everything
     FAKE_NVML_LOST_AFTER  seconds after which every call of a device says that the GPU is lost
     FAKE_NVML_MIG         off, on or unsupported
     FAKE_NVML_FIELDS      ok or unsupported: power as fields 185 and 186
     FAKE_NVML_ARCH        NVML's number of the architecture; 9 is Hopper, 4 Pascal
     FAKE_NVML_PROCESSES   process ids that compute on the GPU, "12,345"
     FAKE_NVML_CHIP_TO_CHIP on for a chip that is one with its processor (Grace Hopper)
     FAKE_NVML_JOINED_AT   seconds after which they do
     FAKE_NVML_REASONS     NVML's bits of what decides the clocks, as a step function, "0:4,5:64"
     FAKE_NVML_CELSIUS     temperature, as a step function
     FAKE_NVML_LIMIT       power limit in watts, as a step function
     FAKE_NVML_PERSISTENCE on or off
     FAKE_NVML_MEMORY_GB   memory in use in GiB, as a step function
   Structures are laid out as nvidia-ml-py passes them. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SUCCESS = 0, INVALID = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, TOO_SMALL = 7, LOST = 15 };
typedef void *device;
static double began = -1;
static char one_gpu;

static double clock_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}
static const char *script(const char *name, const char *usual) {
    const char *value = getenv(name);
    return value ? value : usual;
}
static int says(const char *name, const char *word) { return strcmp(script(name, ""), word) == 0; }
static double spent(void) { return clock_s() - began; }
static int lost(void) { return spent() >= atof(script("FAKE_NVML_LOST_AFTER", "1e9")); }
#define ALIVE if (lost()) return LOST

/* A step function's value at a moment, and with `joules` its integral up to it. */
static double step(const char *name, const char *usual, double until, double *joules) {
    const char *at = script(name, usual);
    double watts = 0, since = 0;
    if (joules) *joules = 0;
    while (*at) {
        char *end;
        double from = strtod(at, &end);
        double next = strtod(end + 1, &end);
        if (from > until) break;
        if (joules) *joules += watts * (from - since);
        watts = next, since = from;
        at = *end == ',' ? end + 1 : end;
    }
    if (joules) *joules += watts * (until - since);
    return watts;
}

static double power(double until, double *joules) { return step("FAKE_NVML_POWER", "0:250", until, joules); }
static unsigned now(const char *name, const char *usual) { return step(name, usual, spent(), 0); }

/* What the power sensor says. */
static double sensor(void) {
    double every = atof(script("FAKE_NVML_SENSOR_MS", "0")) / 1000, before, after;
    if (every <= 0) return power(spent(), 0);
    double since = (long)(spent() / every) * every;
    power(since, &before);
    power(since + every / 4, &after);
    return (after - before) / (every / 4);
}

int nvmlInitWithFlags(unsigned flags) { (void)flags; if (began < 0) began = clock_s(); return SUCCESS; }
int nvmlInit_v2(void) { return nvmlInitWithFlags(0); }
int nvmlShutdown(void) { return SUCCESS; }
const char *nvmlErrorString(int code) {
    return code == LOST ? "GPU is lost" : code == NOT_SUPPORTED ? "Not Supported" : code == NOT_FOUND ? "Not Found" : "Error";
}
static int text(char *out, unsigned room, const char *value) { snprintf(out, room, "%s", value); return SUCCESS; }
int nvmlSystemGetDriverVersion(char *out, unsigned room) { return text(out, room, "580.00.fake"); }
int nvmlSystemGetCudaDriverVersion(int *out) { *out = 13000; return SUCCESS; }
int nvmlSystemGetCudaDriverVersion_v2(int *out) { *out = 13000; return SUCCESS; }
int nvmlDeviceGetCount_v2(unsigned *out) { *out = 1; return SUCCESS; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, device *out) {
    ALIVE;
    *out = &one_gpu;
    return index == 0 ? SUCCESS : INVALID;
}
int nvmlDeviceGetHandleByUUID(const char *uuid, device *out) {
    ALIVE;
    *out = &one_gpu;
    return strcmp(uuid, "GPU-fake-0") == 0 ? SUCCESS : NOT_FOUND;
}
int nvmlDeviceGetUUID(device gpu, char *out, unsigned room) { (void)gpu; ALIVE; return text(out, room, "GPU-fake-0"); }
int nvmlDeviceGetName(device gpu, char *out, unsigned room) { (void)gpu; ALIVE; return text(out, room, "Fake GPU"); }
int nvmlDeviceGetVbiosVersion(device gpu, char *out, unsigned room) { (void)gpu; ALIVE; return text(out, room, "96.00"); }
static int number(unsigned *out, unsigned value) { ALIVE; *out = value; return SUCCESS; }
int nvmlDeviceGetIndex(device gpu, unsigned *out) { (void)gpu; return number(out, 0); }
int nvmlDeviceGetArchitecture(device gpu, unsigned *out) { (void)gpu; return number(out, atoi(script("FAKE_NVML_ARCH", "9"))); }
int nvmlDeviceGetCudaComputeCapability(device gpu, int *major, int *minor) {
    (void)gpu; ALIVE; *major = 9; *minor = 0; return SUCCESS;
}
int nvmlDeviceGetMigMode(device gpu, unsigned *now, unsigned *next) {
    (void)gpu; ALIVE;
    if (says("FAKE_NVML_MIG", "unsupported")) return NOT_SUPPORTED;
    *now = *next = says("FAKE_NVML_MIG", "on");
    return SUCCESS;
}
int nvmlDeviceGetEccMode(device gpu, unsigned *now, unsigned *next) { (void)gpu; ALIVE; *now = *next = 1; return SUCCESS; }
int nvmlDeviceGetPersistenceMode(device gpu, unsigned *out) { (void)gpu; return number(out, !says("FAKE_NVML_PERSISTENCE", "off")); }
int nvmlDeviceGetComputeMode(device gpu, unsigned *out) { (void)gpu; return number(out, 0); }
int nvmlDeviceGetCurrPcieLinkGeneration(device gpu, unsigned *out) { (void)gpu; return number(out, 5); }
int nvmlDeviceGetMaxPcieLinkGeneration(device gpu, unsigned *out) { (void)gpu; return number(out, 5); }
int nvmlDeviceGetCurrPcieLinkWidth(device gpu, unsigned *out) { (void)gpu; return number(out, 16); }
int nvmlDeviceGetMaxPcieLinkWidth(device gpu, unsigned *out) { (void)gpu; return number(out, 16); }
int nvmlDeviceGetPowerManagementLimit(device gpu, unsigned *out) { (void)gpu; return number(out, 1000 * now("FAKE_NVML_LIMIT", "0:700")); }
int nvmlDeviceGetPowerManagementDefaultLimit(device gpu, unsigned *out) { (void)gpu; return number(out, 700000); }
int nvmlDeviceGetPowerManagementLimitConstraints(device gpu, unsigned *least, unsigned *most) {
    (void)gpu; ALIVE; *least = 200000; *most = 700000; return SUCCESS;
}
int nvmlDeviceGetClockInfo(device gpu, int kind, unsigned *out) { (void)gpu; return number(out, kind == 2 ? 2619 : 1980); }
int nvmlDeviceGetMaxClockInfo(device gpu, int kind, unsigned *out) { (void)gpu; return number(out, kind == 2 ? 2619 : 1980); }
int nvmlDeviceGetTemperature(device gpu, int sensor, unsigned *out) { (void)gpu; (void)sensor; return number(out, now("FAKE_NVML_CELSIUS", "0:41")); }
int nvmlDeviceGetTemperatureThreshold(device gpu, int kind, unsigned *out) { (void)gpu; (void)kind; return number(out, 87); }
int nvmlDeviceGetUtilizationRates(device gpu, unsigned *out) { (void)gpu; ALIVE; out[0] = 87; out[1] = 35; return SUCCESS; }
int nvmlDeviceGetMemoryInfo(device gpu, unsigned long long *out) {
    (void)gpu; ALIVE;
    out[0] = 80ull << 30; out[2] = (unsigned long long)now("FAKE_NVML_MEMORY_GB", "0:3") << 30; out[1] = out[0] - out[2];
    return SUCCESS;
}
int nvmlDeviceGetCurrentClocksEventReasons(device gpu, unsigned long long *out) {
    (void)gpu; ALIVE; *out = now("FAKE_NVML_REASONS", "0:4"); return SUCCESS;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(device gpu, unsigned long long *out) {
    return nvmlDeviceGetCurrentClocksEventReasons(gpu, out);
}
int nvmlDeviceGetC2cModeInfoV(device gpu, unsigned *out) {
    (void)gpu; ALIVE;
    if (!says("FAKE_NVML_CHIP_TO_CHIP", "on")) return NOT_SUPPORTED;
    *out = 1;
    return SUCCESS;
}
int nvmlDeviceGetPowerUsage(device gpu, unsigned *out) { (void)gpu; return number(out, 1000 * sensor()); }
int nvmlDeviceGetTotalEnergyConsumption(device gpu, unsigned long long *out) {
    (void)gpu; ALIVE;
    if (says("FAKE_NVML_ENERGY", "unsupported")) return NOT_SUPPORTED;
    double period = atof(script("FAKE_NVML_PERIOD_MS", "20")) / 1000, joules = 0;
    if (!says("FAKE_NVML_ENERGY", "stuck")) power((long)(spent() / period) * period, &joules);
    double reset = atof(script("FAKE_NVML_RESET_AT", "1e9")), lost_j = 0;
    if (spent() >= reset) power(reset, &lost_j);
    if (lost_j > 0) {
        *out = 1 + (unsigned long long)(1000 * (joules - lost_j));
        return SUCCESS;
    }
    *out = says("FAKE_NVML_ENERGY", "zero") ? 0 : 123456789ull + (unsigned long long)(1000 * joules);
    return SUCCESS;
}
struct field { uint32_t id, scope; int64_t timestamp, latency; uint32_t type; int result; union { double d; unsigned u; } value; };
int nvmlDeviceGetFieldValues(device gpu, int count, struct field *fields) {
    (void)gpu; ALIVE;
    for (int i = 0; i < count; i++) {
        int known = (fields[i].id == 185 || fields[i].id == 186) && !says("FAKE_NVML_FIELDS", "unsupported");
        fields[i].result = known ? SUCCESS : NOT_SUPPORTED;
        fields[i].value.u = 1000 * sensor() + (fields[i].id == 185 ? 1000 : 0); /* told apart by a watt */
    }
    return SUCCESS;
}
struct process { unsigned pid; unsigned long long memory; unsigned gpu_instance, compute_instance; };
int nvmlDeviceGetComputeRunningProcesses_v3(device gpu, unsigned *count, struct process *out) {
    (void)gpu; ALIVE;
    unsigned found = 0, room = *count;
    const char *at = spent() < atof(script("FAKE_NVML_JOINED_AT", "0")) ? "" : script("FAKE_NVML_PROCESSES", "");
    while (*at) {
        char *end;
        unsigned pid = strtoul(at, &end, 10);
        if (out && found < room) out[found] = (struct process){pid, 1 << 20, ~0u, ~0u};
        found++;
        at = *end == ',' ? end + 1 : end;
    }
    *count = found;
    return found > room || (found && !out) ? TOO_SMALL : SUCCESS;
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(device gpu, unsigned *count, struct process *out) {
    (void)gpu; (void)out; ALIVE; *count = 0; return SUCCESS;
}
