namespace MuJoCo.Native;

/// <summary>The addresses of MuJoCo's functions. They are called through <see cref="Guard"/>.</summary>
internal static class Api
{
    public static readonly nint mj_defaultVFS = Library.Find(nameof(mj_defaultVFS));
    public static readonly nint mj_addBufferVFS = Library.Find(nameof(mj_addBufferVFS));
    public static readonly nint mj_deleteVFS = Library.Find(nameof(mj_deleteVFS));

    public static readonly nint mj_loadXML = Library.Find(nameof(mj_loadXML));
    public static readonly nint mj_copyModel = Library.Find(nameof(mj_copyModel));
    public static readonly nint mj_loadModelBuffer = Library.Find(nameof(mj_loadModelBuffer));
    public static readonly nint mj_saveModel = Library.Find(nameof(mj_saveModel));
    public static readonly nint mj_sizeModel = Library.Find(nameof(mj_sizeModel));
    public static readonly nint mj_deleteModel = Library.Find(nameof(mj_deleteModel));
    public static readonly nint mj_name2id = Library.Find(nameof(mj_name2id));
    public static readonly nint mj_id2name = Library.Find(nameof(mj_id2name));
    public static readonly nint mj_setConst = Library.Find(nameof(mj_setConst));

    public static readonly nint mj_makeData = Library.Find(nameof(mj_makeData));
    public static readonly nint mj_copyData = Library.Find(nameof(mj_copyData));
    public static readonly nint mj_deleteData = Library.Find(nameof(mj_deleteData));
    public static readonly nint mj_resetData = Library.Find(nameof(mj_resetData));
    public static readonly nint mj_resetDataKeyframe = Library.Find(nameof(mj_resetDataKeyframe));
    public static readonly nint mj_step = Library.Find(nameof(mj_step));
    public static readonly nint mj_step1 = Library.Find(nameof(mj_step1));
    public static readonly nint mj_step2 = Library.Find(nameof(mj_step2));
    public static readonly nint mj_forward = Library.Find(nameof(mj_forward));
    public static readonly nint mj_inverse = Library.Find(nameof(mj_inverse));
    public static readonly nint mj_kinematics = Library.Find(nameof(mj_kinematics));
    public static readonly nint mj_comPos = Library.Find(nameof(mj_comPos));
    public static readonly nint mj_camlight = Library.Find(nameof(mj_camlight));
    public static readonly nint mj_fwdPosition = Library.Find(nameof(mj_fwdPosition));
    public static readonly nint mj_fwdVelocity = Library.Find(nameof(mj_fwdVelocity));
    public static readonly nint mj_rnePostConstraint = Library.Find(nameof(mj_rnePostConstraint));
    public static readonly nint mj_subtreeVel = Library.Find(nameof(mj_subtreeVel));
    public static readonly nint mj_collision = Library.Find(nameof(mj_collision));
    public static readonly nint mj_stateSize = Library.Find(nameof(mj_stateSize));
    public static readonly nint mj_getState = Library.Find(nameof(mj_getState));
    public static readonly nint mj_setState = Library.Find(nameof(mj_setState));
    public static readonly nint mj_jac = Library.Find(nameof(mj_jac));
    public static readonly nint mj_jacBody = Library.Find(nameof(mj_jacBody));
    public static readonly nint mj_jacBodyCom = Library.Find(nameof(mj_jacBodyCom));
    public static readonly nint mj_jacGeom = Library.Find(nameof(mj_jacGeom));
    public static readonly nint mj_jacSite = Library.Find(nameof(mj_jacSite));
    public static readonly nint mj_fullM = Library.Find(nameof(mj_fullM));
    public static readonly nint mj_mulM = Library.Find(nameof(mj_mulM));
    public static readonly nint mj_solveM = Library.Find(nameof(mj_solveM));
    public static readonly nint mj_contactForce = Library.Find(nameof(mj_contactForce));
    public static readonly nint mj_objectVelocity = Library.Find(nameof(mj_objectVelocity));
    public static readonly nint mj_objectAcceleration = Library.Find(nameof(mj_objectAcceleration));
    public static readonly nint mj_applyFT = Library.Find(nameof(mj_applyFT));
    public static readonly nint mju_warningText = Library.Find(nameof(mju_warningText));
    public static readonly nint mju_error = Library.Find(nameof(mju_error));

    public static readonly nint mj_makeSpec = Library.Find(nameof(mj_makeSpec));
    public static readonly nint mj_copySpec = Library.Find(nameof(mj_copySpec));
    public static readonly nint mj_deleteSpec = Library.Find(nameof(mj_deleteSpec));
    public static readonly nint mj_parseXML = Library.Find(nameof(mj_parseXML));
    public static readonly nint mj_parseXMLString = Library.Find(nameof(mj_parseXMLString));
    public static readonly nint mj_compile = Library.Find(nameof(mj_compile));
    public static readonly nint mj_saveXMLString = Library.Find(nameof(mj_saveXMLString));
    public static readonly nint mjs_getError = Library.Find(nameof(mjs_getError));
    public static readonly nint mjs_setDeepCopy = Library.Find(nameof(mjs_setDeepCopy));
    public static readonly nint mjs_attach = Library.Find(nameof(mjs_attach));
    public static readonly nint mjs_delete = Library.Find(nameof(mjs_delete));
    public static readonly nint mjs_findBody = Library.Find(nameof(mjs_findBody));
    public static readonly nint mjs_findFrame = Library.Find(nameof(mjs_findFrame));
    public static readonly nint mjs_findElement = Library.Find(nameof(mjs_findElement));
    public static readonly nint mjs_firstElement = Library.Find(nameof(mjs_firstElement));
    public static readonly nint mjs_nextElement = Library.Find(nameof(mjs_nextElement));
    public static readonly nint mjs_getName = Library.Find(nameof(mjs_getName));
    public static readonly nint mjs_setName = Library.Find(nameof(mjs_setName));
    public static readonly nint mjs_getString = Library.Find(nameof(mjs_getString));
    public static readonly nint mjs_setString = Library.Find(nameof(mjs_setString));
    public static readonly nint mjs_getDouble = Library.Find(nameof(mjs_getDouble));
    public static readonly nint mjs_setDouble = Library.Find(nameof(mjs_setDouble));

    public static readonly nint mjv_defaultOption = Library.Find(nameof(mjv_defaultOption));
    public static readonly nint mjv_defaultPerturb = Library.Find(nameof(mjv_defaultPerturb));
    public static readonly nint mjv_defaultCamera = Library.Find(nameof(mjv_defaultCamera));
    public static readonly nint mjv_defaultFreeCamera = Library.Find(nameof(mjv_defaultFreeCamera));
    public static readonly nint mjv_defaultScene = Library.Find(nameof(mjv_defaultScene));
    public static readonly nint mjv_makeScene = Library.Find(nameof(mjv_makeScene));
    public static readonly nint mjv_freeScene = Library.Find(nameof(mjv_freeScene));
    public static readonly nint mjv_updateScene = Library.Find(nameof(mjv_updateScene));
    public static readonly nint mjr_defaultContext = Library.Find(nameof(mjr_defaultContext));
    public static readonly nint mjr_makeContext = Library.Find(nameof(mjr_makeContext));
    public static readonly nint mjr_freeContext = Library.Find(nameof(mjr_freeContext));
    public static readonly nint mjr_resizeOffscreen = Library.Find(nameof(mjr_resizeOffscreen));
    public static readonly nint mjr_setBuffer = Library.Find(nameof(mjr_setBuffer));
    public static readonly nint mjr_render = Library.Find(nameof(mjr_render));
    public static readonly nint mjr_readPixels = Library.Find(nameof(mjr_readPixels));
}
