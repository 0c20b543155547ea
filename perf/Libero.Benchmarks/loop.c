/* The shortest programs that make a control step's calls of MuJoCo, with controls that were recorded before. */
typedef void call(const void *model, void *data);

static void set(double *ctrl, const double *controls, int nu) {
  for (int i = 0; i < nu; i++) ctrl[i] = controls[i];
}

/* Only the physics: the controls do not depend on the state. */
void steps(call *step, const void *model, void *data, double *ctrl, const double *controls, int nu, int n) {
  for (int t = 0; t < n; t++) {
    set(ctrl, controls + nu * t, nu);
    step(model, data);
  }
}

/* The two calls around the controls: each quantity is computed once (step1, step2), or as robosuite does (forward, step). */
void halves(call *before, call *after, const void *model, void *data, double *ctrl, const double *controls, int nu, int n) {
  for (int t = 0; t < n; t++) {
    before(model, data);
    set(ctrl, controls + nu * t, nu);
    after(model, data);
  }
}
